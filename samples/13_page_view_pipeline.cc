// Page-view pipeline: JSON events from Kafka into rolling files, one series of files per partition;
// an event is committed only after fsync. A handler per strand comes from a factory, so that its
// file needs no lock. A crash loses nothing: what was written and not yet committed is written
// again, and can be told by its partition and offset (samples/README.md). Events that are not JSON
// become dead letters. With --mock a first copy of the program crashes right behind an fsync; then
// this one goes on. Subjects 7 and 9.
//
//   build/release/samples/13_page_view_pipeline --mock --directory /tmp/page-views

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "common/demo.h"
#include "common/page_views.h"
#include "common/rolling_file.h"

using namespace strandline;

namespace {

class Writer : public BatchHandler {
 public:
  Writer(const StrandInfo& strand, samples::Demo& demo, samples::PageViewOptions& options)
      : demo_(demo),
        options_(options),
        file_(options.directory, to_string(strand.partition), options.limits) {}

  BatchOutcome handle(const Batch& batch, Context&) override {
    BatchOutcome outcome = BatchOutcome::done();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Record& record = batch[i];
      auto event = nlohmann::json::parse(record.value(), nullptr, /*allow_exceptions=*/false);
      if (!event.is_object()) {
        outcome.dead_letter(i, {"not a JSON object"});
        continue;
      }
      event["_partition"] = record.partition().value();
      event["_offset"] = record.offset().value();
      file_.append(record.offset().value(), event.dump());
    }
    file_.sync();  // throws when the disk does not take it: then the whole batch comes again
    if (options_.crash_now()) std::_Exit(EXIT_FAILURE);
    for (const Record& record : batch) demo_.handled(record);
    return outcome;
  }

 private:
  samples::Demo& demo_;
  samples::PageViewOptions& options_;
  samples::RollingFile file_;
};

}  // namespace

int main(int argc, char** argv) {
  samples::PageViewOptions options;
  samples::Demo demo{argc,
                     argv,
                     "Writes page views into rolling files",
                     {.topic = "page-views",
                      .records = 2000,
                      .record = samples::page_view,
                      .options = [&](CLI::App& app) { options.add_to(app); }}};
  std::filesystem::create_directories(options.directory);
  if (demo.mock()) samples::crash_once(demo, options);

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .group = demo.membership(),
      .failure = {.attempts_max = 0, .dead_letter_topic = demo.topic() + ".dead"},
      .fetch = {.batch_records_max = 100},
  }};
  SignalStop stop{consumer};

  const RunSummary summary = consumer.run(
      [&](const StrandInfo& strand) { return std::make_unique<Writer>(strand, demo, options); },
      demo.until_done());

  if (demo.mock()) samples::judge_files(demo, options);
  return demo.finish(summary);
}

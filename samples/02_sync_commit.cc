// Synchronous commit: go on only when the broker has confirmed what is behind. Two ways:
//   --after record   `Context::commit` in the handler, after each record that must not come again;
//   --after batch    `CommitMode::per_batch`: a partition's next batch waits for the last one's
//   commit.
// Both cost a round trip each time; `periodic` (01) loses no records either, and costs none.
// Subject 5; Kafka's `commitSync()`.
//
//   build/release/samples/02_sync_commit --mock [--after record|batch]

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <CLI/CLI.hpp>
#include <string>

#include "common/demo.h"

using namespace strandline;

int main(int argc, char** argv) {
  std::string after = "record";
  samples::Demo demo{
      argc, argv, "Commits and waits for the answer", {.options = [&](CLI::App& app) {
        app.add_option("--after", after)->check(CLI::IsMember({"record", "batch"}));
      }}};
  const bool by_record = after == "record";

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .commit = {.mode = by_record ? CommitMode::manual : CommitMode::per_batch, .timeout = 5s},
  }};
  SignalStop stop{consumer};

  const auto handle_record = [&](const Record& record, Context& context) {
    demo.handled(record);
    const Result<Offset> committed = context.commit();
    if (!committed) {
      // Nothing is lost: the position stays as it is and goes along with the next commit.
      fmt::print(stderr, "{}: {}\n", to_string(record), committed.error().message);
      return;
    }
    fmt::print("{} committed {}\n", to_string(record), committed->value());
    demo.expect(*committed == record.offset().next(), "the commit passes the record just handled");
  };
  const auto handle_batch = [&](const Batch& batch) {
    for (const Record& record : batch) demo.handled(record);
    fmt::print("{} records up to {}\n", batch.size(), to_string(batch.back()));
  };

  const RunSummary summary = by_record ? consumer.run(handle_record, demo.until_done())
                                       : consumer.run(handle_batch, demo.until_done());
  return demo.finish(summary);
}

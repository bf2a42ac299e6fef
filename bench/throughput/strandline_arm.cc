#include <strandline/strandline.h>

#include "common/config.h"
#include "common/options.h"
#include "common/report.h"
#include "common/waiting.h"

#include <chrono>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>

// The framework as a user would write it: public headers only.
namespace {

using bench::Options;
using bench::Tally;
using strandline::Batch;
using strandline::Consumer;
using strandline::Context;
using strandline::Record;
using strandline::RunSummary;
using strandline::Task;

void count(Tally& tally, const Record& record) {
  tally.mine().add(record.partition().value(), record.offset().value(), record.value().size());
}

/// Called for its effect: the clock starts at the first record, not when its work is over.
void note_begin(Tally& tally) { static_cast<void>(tally.mine()); }

RunSummary run_blocking(Consumer& consumer, const Options& options, Tally& tally) {
  const std::chrono::microseconds work(options.work_us);
  if (options.handler == "batch") {
    return consumer.run([&tally, work](const Batch& batch) {
      note_begin(tally);
      if (work.count() > 0) {
        std::this_thread::sleep_for(work * static_cast<std::int64_t>(batch.size()));
      }
      for (const Record& record : batch) count(tally, record);
    });
  }
  if (work.count() == 0) {
    return consumer.run([&tally](const Record& record) { count(tally, record); });
  }
  return consumer.run([&tally, work](const Record& record) {
    note_begin(tally);
    std::this_thread::sleep_for(work);
    count(tally, record);
  });
}

/// A class and not a lambda: a coroutine's captures would die with the lambda.
class AsyncWork {
 public:
  AsyncWork(Tally& tally, std::chrono::microseconds work) : tally_(&tally), work_(work) {}

  Task<void> operator()(const Record& record, Context& context) {
    note_begin(*tally_);
    if (work_.count() > 0) co_await context.sleep(work_);
    count(*tally_, record);
  }

 private:
  Tally* tally_;
  std::chrono::microseconds work_;
};

RunSummary run(Consumer& consumer, const Options& options, Tally& tally) {
  if (options.async()) {
    return consumer.run(AsyncWork(tally, std::chrono::microseconds(options.work_us)));
  }
  return run_blocking(consumer, options, tally);
}

nlohmann::json settings_of(const strandline::ConsumerConfig& config, const Options& options) {
  nlohmann::json settings = bench::fetch_settings(config, options);
  settings["workers"] = config.workers;
  settings["instances"] = config.instances;
  if (options.async()) settings["async_max"] = config.async_max;
  settings["commit"] = config.commit.mode == strandline::CommitMode::none ? "none" : "periodic";
  settings["in_flight_records"] = config.in_flight.records_max;
  settings["in_flight_records_per_partition"] = config.in_flight.records_max_per_partition;
  return settings;
}

/// One reading of the topic.
struct Pass {
  bench::Meter meter{};
  Tally tally;

  explicit Pass(std::int32_t partitions) : tally(partitions, [this] { meter.start(); }) {}

  void run_through(const Options& options, std::uint64_t expected) {
    meter.begin();
    Consumer consumer(bench::consumer_config(options, bench::fresh_name()));
    std::jthread runner([&] {
      const RunSummary summary = run(consumer, options, tally);
      if (summary.error) std::cerr << summary.error->message << '\n';
    });
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(options.timeout_s);
    const auto give_up = [&] {
      const strandline::State state = consumer.state();
      return state == strandline::State::failed || state == strandline::State::closed ||
             std::chrono::steady_clock::now() >= deadline;
    };
    // A report that some are missing follows from the counts.
    static_cast<void>(bench::wait_for_count([this] { return tally.handled(); }, expected, give_up));
    meter.stop();
    consumer.request_stop();
  }
};

int measure(const Options& options) {
  if (options.async() && options.handler == "batch") {
    throw std::runtime_error("asynchronous handlers take one record");
  }
  const std::vector<bench::Extent> topic =
      bench::extents(options.bootstrap_servers, options.topic, options.partitions);
  const std::uint64_t expected = bench::count_of(topic);
  if (expected != options.records) {
    throw std::runtime_error(options.topic + " holds " + std::to_string(expected) +
                             " records, not " + std::to_string(options.records));
  }
  std::unique_ptr<Pass> pass;
  for (unsigned i = 0; i < options.passes; ++i) {
    pass = std::make_unique<Pass>(options.partitions);
    pass->run_through(options, expected);
  }
  return bench::print_report(options, topic, pass->tally, pass->meter,
                             settings_of(bench::consumer_config(options, "unused"), options));
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = bench::parse_options(argc, argv, "strandline");
  return bench::guarded_main([&] { return measure(options); });
}

#include "common/config.h"
#include "scenarios/ledger.h"
#include "scenarios/scenario.h"
#include "scenarios/trial.h"

#include <algorithm>

// Some records fail at their first attempt and are tried again in their place.
namespace bench {

namespace {

struct FailingOptions : ScenarioOptions {
  unsigned per_mille = 10;
  unsigned backoff_ms = 1;
};

struct Result {
  double seconds = 0;
  std::uint64_t failures = 0;
  std::uint64_t in_one_partition = 0;  ///< the partition that has most of them
  bool saw_all = false;
};

/// By a hash and not by every hundredth: failures come in clusters, too.
bool fails(const strandline::Record& record, unsigned per_mille) {
  const auto offset = static_cast<std::uint64_t>(record.offset().value());
  const auto partition = static_cast<std::uint64_t>(record.partition().value());
  const std::uint64_t mixed = (offset * 31 + partition) * 0x9e3779b97f4a7c15U;
  return (mixed >> 33) % 1000 < per_mille;
}

Result measure(const FailingOptions& options, const FilledTopic& topic, unsigned per_mille) {
  Ledger ledger(topic.extents());
  std::vector<std::atomic<std::uint64_t>> failures(topic.extents().size());
  strandline::ConsumerConfig config = consumer_config(options.arm, fresh_name());
  config.failure.backoff = {.initial = std::chrono::milliseconds(options.backoff_ms),
                            .jitter = 0.0};
  Trial trial(std::move(config),
              {.work = [&](const auto&) { return std::chrono::microseconds(options.arm.work_us); },
               .done =
                   [&](const strandline::Record& record, strandline::Context& context) {
                     if (context.attempt() == 1 && fails(record, per_mille)) {
                       ++failures[static_cast<std::size_t>(record.partition().value())];
                       return strandline::Outcome::retry;
                     }
                     ledger.note(record.partition().value(), record.offset().value());
                     return strandline::Outcome::done;
                   },
               .async = options.arm.async()});
  trial.wait_for([&] { return ledger.distinct(); }, ledger.records(), options.arm.timeout_s);
  trial.stop();
  Result result{.seconds = trial.seconds(), .saw_all = ledger.complete() && ledger.repeated() == 0};
  for (const auto& count : failures) {
    result.failures += count;
    result.in_one_partition = std::max<std::uint64_t>(result.in_one_partition, count);
  }
  return result;
}

int failing(FailingOptions& options) {
  const FilledTopic topic(options);
  const Result sound = measure(options, topic, 0);
  const Result failing = measure(options, topic, options.per_mille);
  // With partition order the partition waits for each of its failures in turn.
  const double waits =
      options.arm.order == "partition"
          ? static_cast<double>(failing.in_one_partition) * options.backoff_ms / 1e3
          : 0.0;
  const double bound = std::max(sound.seconds, waits);
  const auto records = static_cast<double>(options.fill.records);
  return print_scenario("failing", options,
                        {{"records_per_second", records / failing.seconds},
                         {"records_per_second_sound", records / sound.seconds},
                         {"of_sound", sound.seconds / failing.seconds},
                         {"bound_seconds", bound},
                         {"of_bound", bound / failing.seconds},
                         {"failures", failing.failures},
                         {"per_mille", options.per_mille},
                         {"backoff_ms", options.backoff_ms},
                         {"saw_all", sound.saw_all && failing.saw_all}});
}

}  // namespace

void add_failing(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<FailingOptions>();
  options->fill.records = 1'000'000;
  options->arm.order = "key";
  options->arm.concurrency = 2;
  CLI::App& command = add_scenario(app, "failing", "a handler that fails now and then", *options);
  command.add_option("--per-mille", options->per_mille, "of records that fail once");
  command.add_option("--backoff-ms", options->backoff_ms, "before the second attempt");
  command.callback([options, &chosen] { chosen = [options] { return failing(*options); }; });
}

}  // namespace bench

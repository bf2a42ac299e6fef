#include "common/config.h"
#include "scenarios/ledger.h"
#include "scenarios/scenario.h"
#include "scenarios/trial.h"

// One partition's handler is slow, the others' does nothing. What the others reach with it beside
// them, against what they reach alone.
namespace bench {

namespace {

constexpr std::int32_t kSlow = 0;

struct Result {
  double others_per_second = 0;
  bool saw_all = false;
};

/// Assigned by hand, so that both trials differ in the slow partition and nothing else.
strandline::ConsumerConfig config_from(const ScenarioOptions& options, std::int32_t first) {
  strandline::ConsumerConfig config = consumer_config(options.arm, fresh_name());
  config.topics.clear();
  for (std::int32_t p = first; p < options.arm.partitions; ++p) {
    config.assignment.push_back(
        {{options.arm.topic, strandline::PartitionId{p}}, strandline::StartOffset::beginning()});
  }
  return config;
}

Result measure(const ScenarioOptions& options, const FilledTopic& topic, std::int32_t first) {
  Ledger ledger(topic.extents());
  const std::uint64_t expected =
      ledger.records() - topic.extents()[static_cast<std::size_t>(kSlow)].count();
  const auto others = [&] { return ledger.distinct() - ledger.distinct_of(kSlow); };
  Trial trial(config_from(options, first),
              {.work =
                   [&](const strandline::Record& record) {
                     return std::chrono::microseconds(
                         record.partition().value() == kSlow ? options.arm.work_us : 0);
                   },
               .done =
                   [&](const strandline::Record& record, strandline::Context&) {
                     ledger.note(record.partition().value(), record.offset().value());
                     return strandline::Outcome::done;
                   },
               .async = options.arm.async()});
  const bool reached = trial.wait_for(others, expected, options.arm.timeout_s);
  trial.stop();
  return {static_cast<double>(others()) / trial.seconds(), reached && ledger.repeated() == 0};
}

int slow_partition(ScenarioOptions& options) {
  const FilledTopic topic(options);
  const Result alone = measure(options, topic, kSlow + 1);
  const Result beside = measure(options, topic, kSlow);
  return print_scenario("slow_partition", options,
                        {{"others_per_second", beside.others_per_second},
                         {"others_per_second_alone", alone.others_per_second},
                         {"of_bound", beside.others_per_second / alone.others_per_second},
                         {"saw_all", alone.saw_all && beside.saw_all}});
}

}  // namespace

void add_slow_partition(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<ScenarioOptions>();
  // Enough that the others run for a second: in less, one pause of the machine is the figure.
  options->fill.records = 5'000'000;
  options->arm.work_us = 10'000;
  options->arm.concurrency = 4;
  CLI::App& command = add_scenario(app, "slow_partition", "one partition is slow", *options);
  command.callback([options, &chosen] { chosen = [options] { return slow_partition(*options); }; });
}

}  // namespace bench

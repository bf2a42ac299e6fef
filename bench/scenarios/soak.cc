// What a consumer handles in an hour, in minutes: another process produces as fast as it can while
// one consumer follows, sixty times. What memory grows by depends on how many records have passed,
// not on how long they took. Looked at when all are handled: what librdkafka reads ahead comes and
// goes, and is more than any growth.

#include "common/config.h"
#include "common/meter.h"
#include "common/report.h"
#include "common/tally.h"
#include "scenarios/scenario.h"
#include "scenarios/soak_memory.h"
#include "scenarios/soak_producer.h"
#include "scenarios/trial.h"

#include <algorithm>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

struct SoakOptions : ScenarioOptions {
  unsigned rate = 10'000;
  unsigned rounds = 60;
  unsigned warm_up_rounds = 10;  // more of them, before the hour, bring memory to its level
  std::string fill_topic{};      // set in the process that produces
};

/// The resident set after each round of the hour; fewer rounds where it ended early.
std::vector<std::int64_t> follow(const SoakOptions& options, Trial& trial, const Tally& tally) {
  std::vector<std::int64_t> resident;
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(options.arm.timeout_s);
  FillOptions fill = options.fill;
  fill.records = std::max<std::uint64_t>(options.fill.records / options.rounds, 1);
  std::uint64_t filled = 0;
  for (unsigned round = 1; round <= options.warm_up_rounds + options.rounds; ++round) {
    filled += fill.records;
    SoakProducer producer(fill);
    const auto give_up = [&] {
      return trial.over() || producer.failed() || Clock::now() >= deadline;
    };
    if (!trial.wait_until([&] { return tally.handled(); }, filled, give_up)) break;
    if (round > options.warm_up_rounds) resident.push_back(resident_bytes());
  }
  return resident;
}

int soak(SoakOptions& options) {
  if (!options.fill_topic.empty()) {
    options.fill.topic = options.fill_topic;
    options.fill.bootstrap_servers = options.arm.bootstrap_servers;
    fill_topic(options.fill);
    return 0;
  }
  add_settings(options.arm, options.settings);
  const TemporaryTopic topic(options.arm.bootstrap_servers, options.arm.partitions);
  options.arm.topic = options.fill.topic = topic.name();
  options.fill.bootstrap_servers = options.arm.bootstrap_servers;
  Tally tally(options.arm.partitions, [] {});
  Trial trial(consumer_config(options.arm, fresh_name()),
              {.work = [&](const auto&) { return std::chrono::microseconds(options.arm.work_us); },
               .done =
                   [&](const strandline::Record& record, strandline::Context&) {
                     tally.mine().add(record.partition().value(), record.offset().value(),
                                      record.value().size());
                     return strandline::Outcome::done;
                   },
               .async = options.arm.async()});
  const std::vector<std::int64_t> resident = follow(options, trial, tally);
  trial.stop();
  const bool complete =
      resident.size() == options.rounds &&
      saw_all(extents(options.arm.bootstrap_servers, topic.name(), options.arm.partitions), tally);
  const MemoryCourse course(resident);
  return print_scenario(
      "soak", options,
      {{"handled", tally.handled()},
       {"seconds", trial.seconds()},
       {"stands_for_records_per_second", options.rate},
       {"stands_for_hours", static_cast<double>(options.fill.records) / options.rate / 3600},
       {"resident_bytes", resident},
       {"resident_bytes_max", resident.empty() ? 0 : *std::ranges::max_element(resident)},
       {"resident_bytes_first_third", course.first_third},
       {"resident_bytes_last_third", course.last_third},
       {"growth_bytes_per_record",
        static_cast<double>(course.growth()) / (static_cast<double>(options.fill.records) * 2 / 3)},
       {"growth_part", course.growth_part()},
       {"saw_all", complete}});
}

}  // namespace

void add_soak(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<SoakOptions>();
  options->fill.records = 36'000'000;
  options->arm.order = "key";
  options->arm.concurrency = 2;
  options->arm.timeout_s = 800;
  CLI::App& command = add_scenario(app, "soak", "memory over an hour's records", *options);
  command.add_option("--rate", options->rate, "records a second in the hour that this stands for")
      ->check(CLI::PositiveNumber);
  command.add_option("--rounds", options->rounds, "one for each minute of that hour")
      ->check(CLI::PositiveNumber);
  command.add_option("--warm-up-rounds", options->warm_up_rounds, "before it");
  command.add_option("--fill-topic", options->fill_topic)->group("");
  command.callback([options, &chosen] { chosen = [options] { return soak(*options); }; });
}

}  // namespace bench

#include "common/config.h"
#include "common/meter.h"
#include "common/report.h"
#include "common/tally.h"
#include "scenarios/scenario.h"
#include "scenarios/trial.h"

#include <algorithm>

// What a consumer handles in an hour at a modest rate, in minutes: the topic is filled again and
// again while one consumer follows. Its memory must be the same after each round.
namespace bench {

namespace {

struct SoakOptions : ScenarioOptions {
  unsigned rounds = 20;
};

/// The producer and the first rounds bring memory to its level; what grows after that is a leak.
std::int64_t growth(const std::vector<std::int64_t>& resident) {
  return resident.back() - resident[resident.size() / 2];
}

int soak(SoakOptions& options) {
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
  std::vector<std::int64_t> resident;
  bool reached = true;
  for (unsigned round = 1; round <= options.rounds && reached; ++round) {
    fill_topic(options.fill);
    reached = trial.wait_for([&] { return tally.handled(); }, options.fill.records * round,
                             options.arm.timeout_s);
    resident.push_back(resident_bytes());
  }
  trial.stop();
  const std::uint64_t handled = tally.handled();
  const bool complete =
      reached &&
      saw_all(extents(options.arm.bootstrap_servers, topic.name(), options.arm.partitions), tally);
  return print_scenario(
      "soak", options,
      {{"rounds", options.rounds},
       {"handled", handled},
       {"resident_bytes", resident},
       {"resident_bytes_max", *std::ranges::max_element(resident)},
       {"growth_bytes", growth(resident)},
       {"growth_bytes_per_record", 2.0 * static_cast<double>(growth(resident)) /
                                       static_cast<double>(std::max<std::uint64_t>(handled, 1))},
       {"saw_all", complete}});
}

}  // namespace

void add_soak(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<SoakOptions>();
  options->fill.records = 1'000'000;
  options->arm.order = "key";
  options->arm.concurrency = 2;
  CLI::App& command = add_scenario(app, "soak", "memory over many records", *options);
  command.add_option("--rounds", options->rounds, "of so many records")->check(CLI::PositiveNumber);
  command.callback([options, &chosen] { chosen = [options] { return soak(*options); }; });
}

}  // namespace bench

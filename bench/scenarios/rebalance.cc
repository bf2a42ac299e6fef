// A second member comes and goes under load. Both share as many permits to work as one has workers,
// so that the second adds no capacity: what is lost is lost to the rebalance.

#include "common/config.h"
#include "scenarios/ledger.h"
#include "scenarios/scenario.h"
#include "scenarios/trial.h"

#include <optional>
#include <semaphore>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

struct RebalanceOptions : ScenarioOptions {
  double every_s = 10;
};

struct Result {
  double seconds = 0;
  unsigned changes = 0;
  std::uint64_t repeated = 0;
  bool saw_all = false;
};

class Members {
 public:
  Members(const RebalanceOptions& options, const FilledTopic& topic)
      : options_(options),
        ledger_(topic.extents()),
        permits_(options.arm.concurrency),
        group_(fresh_name()) {}

  Result run(bool disturbed) {
    const auto steady = join();
    std::unique_ptr<Trial> second;
    Result result;
    Clock::time_point change = Clock::now() + every();
    const Clock::time_point deadline = Clock::now() + std::chrono::seconds(options_.arm.timeout_s);
    const auto until_change = [&] {
      const bool due = disturbed && Clock::now() >= change;
      return due || steady->over() || Clock::now() >= deadline;
    };
    for (;;) {
      // Short of the change this ends with the last record, and with the steady member's clock.
      if (wait(*steady, until_change)) break;
      if (steady->over() || Clock::now() >= deadline) break;
      change += every();
      ++result.changes;
      if (second) {
        second->stop();
        second.reset();
      } else {
        second = join();
      }
    }
    result.seconds = steady->seconds();
    if (second) second->stop();
    steady->stop();
    result.repeated = ledger_.repeated();
    result.saw_all = ledger_.complete();
    return result;
  }

 private:
  [[nodiscard]] Clock::duration every() const {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(options_.every_s));
  }

  std::unique_ptr<Trial> join() {
    return std::make_unique<Trial>(
        consumer_config(options_.arm, group_),
        Handling{.work = {},
                 .done = [this](const strandline::Record& record, strandline::Context&) {
                   work();
                   ledger_.note(record.partition().value(), record.offset().value());
                   return strandline::Outcome::done;
                 }});
  }

  void work() {
    if (options_.arm.work_us == 0) return;
    permits_.acquire();
    std::this_thread::sleep_for(std::chrono::microseconds(options_.arm.work_us));
    permits_.release();
  }

  bool wait(Trial& steady, const std::function<bool()>& until) {
    return steady.wait_until([this] { return ledger_.distinct(); }, ledger_.records(), until);
  }

  const RebalanceOptions& options_;
  Ledger ledger_;
  std::counting_semaphore<> permits_;
  std::string group_;
};

int rebalance(RebalanceOptions& options) {
  const FilledTopic topic(options);
  const Result quiet = Members(options, topic).run(false);
  const Result disturbed = Members(options, topic).run(true);
  const auto records = static_cast<double>(options.fill.records);
  return print_scenario("rebalance", options,
                        {{"records_per_second", records / disturbed.seconds},
                         {"records_per_second_undisturbed", records / quiet.seconds},
                         {"of_bound", quiet.seconds / disturbed.seconds},
                         {"seconds", disturbed.seconds},
                         {"every_s", options.every_s},
                         {"rebalances", disturbed.changes},
                         {"repeated", disturbed.repeated},
                         {"saw_all", quiet.saw_all && disturbed.saw_all}});
}

}  // namespace

void add_rebalance(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<RebalanceOptions>();
  options->fill.records = 1'000'000;
  options->arm.order = "none";
  options->arm.work_us = 1000;
  options->arm.concurrency = 32;
  CLI::App& command = add_scenario(app, "rebalance", "a member comes and goes", *options);
  command.add_option("--every-s", options->every_s, "a change")->check(CLI::PositiveNumber);
  command.callback([options, &chosen] { chosen = [options] { return rebalance(*options); }; });
}

}  // namespace bench

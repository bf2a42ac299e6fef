#include "common/config.h"
#include "scenarios/ledger.h"
#include "scenarios/scenario.h"
#include "scenarios/trial.h"

#include <algorithm>
#include <charconv>

// Keys as they are in life: a few that come all the time. With key order nothing can be faster than
// the hottest key's records one after the other.
namespace bench {

namespace {

class KeyCounts {
 public:
  explicit KeyCounts(std::uint64_t keys) : counts_(keys) {}
  void note(std::string_view key) noexcept {
    std::size_t number = 0;
    std::from_chars(key.data(), key.data() + key.size(), number);
    counts_[number].fetch_add(1, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint32_t hottest() const noexcept {
    std::uint32_t most = 0;
    for (const auto& count : counts_) most = std::max(most, count.load());
    return most;
  }

 private:
  std::vector<std::atomic<std::uint32_t>> counts_;
};

int zipf(ScenarioOptions& options) {
  const FilledTopic topic(options);
  Ledger ledger(topic.extents());
  KeyCounts keys(options.fill.keys);
  Trial trial(consumer_config(options.arm, fresh_name()),
              {.work = [&](const auto&) { return std::chrono::microseconds(options.arm.work_us); },
               .done =
                   [&](const strandline::Record& record, strandline::Context&) {
                     keys.note(record.key());
                     ledger.note(record.partition().value(), record.offset().value());
                     return strandline::Outcome::done;
                   },
               .async = options.arm.async()});
  trial.wait_for([&] { return ledger.distinct(); }, ledger.records(), options.arm.timeout_s);
  trial.stop();
  const double work_s = static_cast<double>(options.arm.work_us) / 1e6;
  const double hottest_s = keys.hottest() * work_s;
  const double all_s = static_cast<double>(ledger.records()) * work_s / options.arm.concurrency;
  const double bound_s = options.arm.order == "key" ? std::max(hottest_s, all_s) : all_s;
  return print_scenario(
      "zipf", options,
      {{"seconds", trial.seconds()},
       {"bound_seconds", bound_s},
       {"of_bound", bound_s / trial.seconds()},
       {"exponent", options.fill.zipf},
       {"hottest_key_records", keys.hottest()},
       {"hottest_key_share", keys.hottest() / static_cast<double>(ledger.records())},
       {"repeated", ledger.repeated()},
       {"saw_all", ledger.complete()}});
}

}  // namespace

void add_zipf(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<ScenarioOptions>();
  options->fill.records = 100'000;
  options->fill.zipf = 1.0;
  options->arm.order = "key";
  options->arm.work_us = 1000;
  options->arm.concurrency = 64;
  CLI::App& command = add_scenario(app, "zipf", "hot keys, key order", *options);
  command.add_option("--exponent", options->fill.zipf, "of the distribution");
  command.callback([options, &chosen] { chosen = [options] { return zipf(*options); }; });
}

}  // namespace bench

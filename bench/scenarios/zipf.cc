// Keys as they are in life: a few that come all the time. With key order nothing can be faster than
// the hottest key's records one after the other. How long these take is measured: a sleep of one
// millisecond lasts some percent longer, by as much as the kernel and the other threads add to it.

#include "common/config.h"
#include "scenarios/ledger.h"
#include "scenarios/scenario.h"
#include "scenarios/trial.h"

#include <algorithm>
#include <charconv>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

struct Load {
  std::atomic<std::uint32_t> records{0};
  std::atomic<std::int64_t> worked_ns{0};
};

class Keys {
 public:
  explicit Keys(std::uint64_t keys) : loads_(keys) {}
  void note(std::string_view key, Clock::duration worked) noexcept {
    std::size_t number = 0;
    std::from_chars(key.data(), key.data() + key.size(), number);
    loads_[number].records.fetch_add(1, std::memory_order_relaxed);
    loads_[number].worked_ns.fetch_add(std::chrono::nanoseconds(worked).count(),
                                       std::memory_order_relaxed);
  }
  [[nodiscard]] const Load& hottest() const noexcept {
    return *std::ranges::max_element(loads_, {},
                                     [](const Load& load) { return load.records.load(); });
  }

 private:
  std::vector<Load> loads_;
};

/// (the thread that works) since when.
thread_local Clock::time_point work_begun;

int zipf(ScenarioOptions& options) {
  const FilledTopic topic(options);
  Ledger ledger(topic.extents());
  Keys keys(options.fill.keys);
  Trial trial(consumer_config(options.arm, fresh_name()),
              {.work =
                   [&](const auto&) {
                     work_begun = Clock::now();
                     return std::chrono::microseconds(options.arm.work_us);
                   },
               .done =
                   [&](const strandline::Record& record, strandline::Context&) {
                     keys.note(record.key(), Clock::now() - work_begun);
                     ledger.note(record.partition().value(), record.offset().value());
                     return strandline::Outcome::done;
                   },
               .async = options.arm.async()});
  trial.wait_for([&] { return ledger.distinct(); }, ledger.records(), options.arm.timeout_s);
  trial.stop();
  const double work_s = static_cast<double>(options.arm.work_us) / 1e6;
  const Load& hottest = keys.hottest();
  const double nominal_s = hottest.records * work_s;
  // A coroutine comes back on another thread, and with the framework's own delay: its work takes
  // what it says.
  const double hottest_s =
      options.arm.async() ? nominal_s : static_cast<double>(hottest.worked_ns) / 1e9;
  const double all_s = static_cast<double>(ledger.records()) * work_s / options.arm.concurrency;
  const double bound_s = options.arm.order == "key" ? std::max(hottest_s, all_s) : all_s;
  return print_scenario(
      "zipf", options,
      {{"seconds", trial.seconds()},
       {"bound_seconds", bound_s},
       {"of_bound", bound_s / trial.seconds()},
       {"exponent", options.fill.zipf},
       {"of_nominal_bound", nominal_s / trial.seconds()},
       {"hottest_key_records", hottest.records.load()},
       {"hottest_key_share", hottest.records / static_cast<double>(ledger.records())},
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

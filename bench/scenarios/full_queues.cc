#include "common/config.h"
#include "scenarios/ledger.h"
#include "scenarios/scenario.h"
#include "scenarios/trial.h"

// Handlers that compute for longer than records take to arrive: all queues are full, and what they
// reach is what the handlers could do, unless back-pressure starves them.
namespace bench {

namespace {

struct FullQueuesOptions : ScenarioOptions {
  unsigned spin_ns = 2000;
};

void spin(unsigned ns) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(ns);
  while (std::chrono::steady_clock::now() < until) {
  }
}

int full_queues(FullQueuesOptions& options) {
  const FilledTopic topic(options);
  Ledger ledger(topic.extents());
  Trial trial(consumer_config(options.arm, fresh_name()),
              {.work = {}, .done = [&](const strandline::Record& record, strandline::Context&) {
                 spin(options.spin_ns);
                 ledger.note(record.partition().value(), record.offset().value());
                 return strandline::Outcome::done;
               }});
  trial.wait_for([&] { return ledger.distinct(); }, ledger.records(), options.arm.timeout_s);
  trial.stop();
  const double bound_s =
      static_cast<double>(ledger.records()) * options.spin_ns / 1e9 / options.arm.concurrency;
  return print_scenario("full_queues", options,
                        {{"seconds", trial.seconds()},
                         {"bound_seconds", bound_s},
                         {"of_bound", bound_s / trial.seconds()},
                         {"spin_ns", options.spin_ns},
                         {"saw_all", ledger.complete() && ledger.repeated() == 0}});
}

}  // namespace

void add_full_queues(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<FullQueuesOptions>();
  options->fill.records = 1'000'000;
  CLI::App& command = add_scenario(app, "full_queues", "handlers slower than the broker", *options);
  command.add_option("--spin-ns", options->spin_ns, "that a record computes");
  command.callback([options, &chosen] { chosen = [options] { return full_queues(*options); }; });
}

}  // namespace bench

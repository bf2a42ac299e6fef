// bench_scenario: a subcommand for each scenario; prints one line of JSON.

#include "common/report.h"
#include "scenarios/scenario.h"

#include <sys/prctl.h>

int main(int argc, char** argv) {
  // The kernel may end a sleep 50 µs late by default, five per cent of a millisecond's work.
  // Threads inherit it.
  prctl(PR_SET_TIMERSLACK, 1UL);
  CLI::App app{"What goes wrong in the field, measured; each prints one line of JSON"};
  app.require_subcommand(1);
  bench::Chosen chosen;
  bench::add_zipf(app, chosen);
  bench::add_slow_partition(app, chosen);
  bench::add_failing(app, chosen);
  bench::add_rebalance(app, chosen);
  bench::add_stuck_kill(app, chosen);
  bench::add_full_queues(app, chosen);
  bench::add_soak(app, chosen);
  CLI11_PARSE(app, argc, argv);
  return bench::guarded_main(chosen);
}

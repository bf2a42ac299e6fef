#include "progress.h"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace quickstart {

using namespace std::chrono_literals;

Progress::Progress() : terminal_(isatty(STDOUT_FILENO) == 1), interval_(terminal_ ? 250ms : 2s) {}

void Progress::show(const Fleet& fleet, const Stream& stream) {
  const Clock::time_point now = Clock::now();
  if (now - shown_ < interval_) return;
  const strandline::InstanceStats stats = fleet.stats();
  // A member's numbers are its own snapshot of some milliseconds ago.
  const std::uint64_t progressed = stats.processed - std::min(processed_, stats.processed);
  const double seconds = std::chrono::duration<double>(now - shown_).count();
  const std::uint64_t sent = stream.total_sent();
  const std::uint64_t committed = std::min(stream.total_committed(), sent);
  fmt::print(
      "{}{:6.1f} s  {:9} records  {:8.0f}/s  in flight {:6}  lag {:6}  members {}  rebalances "
      "{:2}{}",
      terminal_ ? "\r\033[K" : "", std::chrono::duration<double>(now - started_).count(),
      stats.processed, static_cast<double>(progressed) / seconds, stats.in_flight, sent - committed,
      fleet.active(), stats.rebalances, terminal_ ? "" : "\n");
  std::fflush(stdout);
  line_open_ = terminal_;
  shown_ = now;
  processed_ = stats.processed;
}

void Progress::say(const std::string& line) {
  finish();
  fmt::print("{:6.1f} s  {}\n", std::chrono::duration<double>(Clock::now() - started_).count(),
             line);
  std::fflush(stdout);
}

void Progress::finish() {
  if (line_open_) fmt::print("\n");
  line_open_ = false;
}

}  // namespace quickstart

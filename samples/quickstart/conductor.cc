#include "conductor.h"

#include <algorithm>
#include <thread>

namespace quickstart {

using namespace std::chrono_literals;

namespace {

constexpr auto kTurn = 20ms;
constexpr auto kPatience = 60s;
// While the group is changing the producer goes on at the pace that fills half a stage in three
// seconds, so that records are on their way all the time.
constexpr std::uint64_t kTurnsPerHalfStage = std::chrono::milliseconds(3s) / kTurn;

}  // namespace

Conductor::Conductor(std::uint64_t records, Stream& stream, Fleet& fleet, ChildProcess& producer,
                     Progress& progress)
    : records_(records),
      stage_(records / (Fleet::changes_planned() + 1)),
      stream_(stream),
      fleet_(fleet),
      producer_(producer),
      progress_(progress) {}

bool Conductor::run() {
  while (stream_.total_committed() < records_) {
    turn();
    progress_.show(fleet_, stream_);
    if (fleet_.broken()) {
      progress_.say("a member ended by itself");
      return false;
    }
    if (producer_.exit_code().value_or(0) != 0) {
      progress_.say("the producer failed");
      return false;
    }
    if (stuck()) {
      progress_.say("nothing was committed for a minute");
      return false;
    }
    std::this_thread::sleep_for(kTurn);
  }
  return true;
}

void Conductor::turn() {
  const std::size_t made = fleet_.changes_made();
  const bool settled = fleet_.settled();
  if (settled && made < Fleet::changes_planned() &&
      stream_.total_committed() >= stage_ * (made + 1)) {
    fleet_.change();
    return;
  }
  const bool last = made == Fleet::changes_planned();
  // A change begins in the middle of the stream, not at its end for the time being.
  const std::uint64_t end = last ? records_ : stage_ * (made + 1) + stage_ / 2;
  const std::uint64_t allowed = stream_.allowed;
  stream_.allowed = settled ? end : std::min(end, allowed + stage_ / 2 / kTurnsPerHalfStage + 1);
}

bool Conductor::stuck() {
  const std::uint64_t committed = stream_.total_committed();
  const Clock::time_point now = Clock::now();
  if (committed != last_committed_) {
    last_committed_ = committed;
    last_moved_ = now;
  }
  return now - last_moved_ > kPatience;
}

}  // namespace quickstart

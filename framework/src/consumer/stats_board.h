#pragma once

#include <strandline/stats.h>

#include "base/clock.h"

#include <atomic>
#include <mutex>
#include <utility>

namespace strandline::detail {

/// Where the poller leaves a snapshot for whoever asks. Thread safety: `publish` and `turned` from
/// the poller, `read` from any thread; the lock is held for a copy, a few times a second.
class StatsBoard {
 public:
  void publish(InstanceStats stats) {
    const std::scoped_lock lock(mutex_);
    stats_ = std::move(stats);
  }
  void turned(TimePoint now) noexcept {
    last_turn_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  [[nodiscard]] InstanceStats read(TimePoint now) const {
    InstanceStats stats;
    {
      const std::scoped_lock lock(mutex_);
      stats = stats_;
    }
    const TimePoint last{Duration{last_turn_.load(std::memory_order_relaxed)}};
    if (last != TimePoint{}) {
      stats.last_turn_age = std::chrono::duration_cast<std::chrono::milliseconds>(now - last);
    }
    return stats;
  }

 private:
  mutable std::mutex mutex_;
  InstanceStats stats_;  // guarded by mutex_
  // Apart from the snapshot, so that a poller that hangs shows: it stops moving.
  std::atomic<TimePoint::rep> last_turn_{0};
};

}  // namespace strandline::detail

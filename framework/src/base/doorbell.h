#pragma once

#include "base/clock.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace strandline::detail {

/// Wakes one waiting thread (the poller) from any other. Rings while nobody waits are remembered,
/// so "look for work, find none, wait" loses no wake-up; many rings wake once. Must outlive whoever
/// rings.
class Doorbell {
 public:
  /// Any thread, also librdkafka's internal ones. Cheap when it has been rung already: one
  /// exchange. A look at `rung_` first would be cheaper still, and wrong: the poller could clear it
  /// between that look and the caller's push becoming visible, and then sleep with work in the
  /// queue. The exchange orders the two.
  void ring() noexcept;
  /// Poller thread. Returns at once when it was rung since the last wait; true = rung, false =
  /// deadline.
  bool wait_until(TimePoint deadline) noexcept;

 private:
  // Workers set it with the work already in a queue (release); the poller clears it before it looks
  // into the queues (acquire), so a ring after that look is seen by the next wait.
  std::atomic<bool> rung_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
};

}  // namespace strandline::detail

#include "base/doorbell.h"

namespace strandline::detail {

void Doorbell::ring() noexcept {
  if (rung_.exchange(true, std::memory_order_acq_rel)) return;
  // Taking the lock orders this ring after the waiter's check of `rung_` and before its sleep, or
  // before the check; without it the notification could fall between the two.
  {
    const std::scoped_lock lock(mutex_);
  }
  wake_.notify_one();
}

bool Doorbell::wait_until(TimePoint deadline) noexcept {
  if (rung_.exchange(false, std::memory_order_acq_rel)) return true;
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, deadline, [this] { return rung_.load(std::memory_order_acquire); });
  // Taken and told in one step: a ring that falls between the deadline and this line counts as
  // heard.
  return rung_.exchange(false, std::memory_order_acq_rel);
}

}  // namespace strandline::detail

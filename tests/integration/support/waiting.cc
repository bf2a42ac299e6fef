#include "support/waiting.h"

namespace strandline::testing {

bool eventually(const std::function<bool()>& done, std::chrono::milliseconds deadline) {
  // Nothing signals it: the look is repeated, with a pause so that one core is left to the rest.
  std::mutex mutex;
  std::condition_variable pause;
  std::unique_lock lock(mutex);
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    pause.wait_for(lock, std::chrono::milliseconds(5));
  }
  return true;
}

void Door::open() {
  const std::scoped_lock lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

bool Door::wait() {
  std::unique_lock lock(mutex_);
  ++visitors_;
  changed_.notify_all();
  return changed_.wait_for(lock, kDeadline, [this] { return open_; });
}

bool Door::wait_for_visitors(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kDeadline, [&] { return visitors_ >= count; });
}

}  // namespace strandline::testing

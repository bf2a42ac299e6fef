#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace strandline::test {

/// Counts down from any thread, as std::latch; but who waits for zero gives up after what no
/// correct run ever takes, so that a test fails instead of hanging.
class Countdown {
 public:
  explicit Countdown(std::size_t count = 1) : left_(count) {}

  void down() {
    const std::scoped_lock lock(mutex_);
    if (left_ > 0) --left_;
    if (left_ == 0) zero_.notify_all();
  }
  [[nodiscard]] bool wait() {
    std::unique_lock lock(mutex_);
    return zero_.wait_for(lock, std::chrono::seconds(30), [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable zero_;
  std::size_t left_;
};

}  // namespace strandline::test

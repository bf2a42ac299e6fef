#pragma once

#include "base/clock.h"

namespace strandline::test {

/// A clock that stands still until the test moves it. One thread.
class ManualClock final : public detail::Clock {
 public:
  explicit ManualClock(detail::TimePoint start = detail::TimePoint(std::chrono::hours(1))) noexcept
      : now_(start) {}

  [[nodiscard]] detail::TimePoint now() const noexcept override { return now_; }
  /// As if the Unix epoch had been when the steady clock was at 0.
  [[nodiscard]] detail::WallTime wall_time() const noexcept override {
    return detail::WallTime(
        std::chrono::duration_cast<detail::WallTime::duration>(now_.time_since_epoch()));
  }
  void advance(detail::Duration by) noexcept { now_ += by; }
  void set(detail::TimePoint now) noexcept { now_ = now; }

 private:
  detail::TimePoint now_;
};

}  // namespace strandline::test

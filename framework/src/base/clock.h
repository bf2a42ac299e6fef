#pragma once

#include <chrono>

namespace strandline::detail {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;
using WallTime = std::chrono::system_clock::time_point;

/// The time, injected: nothing with state reads the machine's clock itself, so that tests own time.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
  /// What records' timestamps are compared with; may jump when the machine's clock is set.
  [[nodiscard]] virtual WallTime wall_time() const noexcept = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] WallTime wall_time() const noexcept override {
    return std::chrono::system_clock::now();
  }
};

/// One for the process: threads that outlive their consumer may still read it. It has no state, so
/// that it can be read even while static objects are being destroyed.
[[nodiscard]] inline const Clock& system_clock() noexcept {
  static const SystemClock clock;
  return clock;
}

}  // namespace strandline::detail

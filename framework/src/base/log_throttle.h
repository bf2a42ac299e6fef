#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>
#include <utility>

namespace strandline::detail {

/// Lets one line through in each interval: what goes wrong with every record must neither fill the
/// log nor keep the poller busy with writing it. Owner: the poller thread.
class LogThrottle {
 public:
  explicit LogThrottle(Duration interval) noexcept : interval_(interval) {}

  /// A nullopt when this one is to be kept quiet; else how many were kept quiet since the last one
  /// let through.
  [[nodiscard]] std::optional<std::uint64_t> admit(TimePoint now) noexcept {
    if (next_ && now < *next_) {
      ++kept_quiet_;
      return std::nullopt;
    }
    next_ = now + interval_;
    return std::exchange(kept_quiet_, 0);
  }

 private:
  Duration interval_;
  std::optional<TimePoint> next_{};  ///< no line before it
  std::uint64_t kept_quiet_ = 0;
};

}  // namespace strandline::detail

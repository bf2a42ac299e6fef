#pragma once

#include "base/clock.h"

#include <cstddef>

namespace strandline::detail {

/// Back-pressure with hysteresis: closes at the maximum of records or bytes, opens when both are at
/// or below the low mark. It is recomputed from the amounts themselves at every look, so there is
/// no count that could leak and no event whose loss could latch it. Poller thread only.
class Gate {
 public:
  Gate(std::size_t records_max, std::size_t bytes_max, double low_mark) noexcept
      : records_max_(records_max),
        bytes_max_(bytes_max),
        records_low_(static_cast<std::size_t>(static_cast<double>(records_max) * low_mark)),
        bytes_low_(static_cast<std::size_t>(static_cast<double>(bytes_max) * low_mark)) {}

  /// True when more may be let in.
  bool update(std::size_t records, std::size_t bytes, TimePoint now) noexcept {
    const bool full = records >= records_max_ || bytes >= bytes_max_;
    const bool low = records <= records_low_ && bytes <= bytes_low_;
    if (!closed_ && full) {
      closed_ = true;
      closed_since_ = now;
    } else if (closed_ && low) {
      closed_ = false;
      closed_total_ += now - closed_since_;
    }
    return !closed_;
  }
  /// How many records still fit.
  [[nodiscard]] std::size_t room(std::size_t records) const noexcept {
    return records >= records_max_ ? 0 : records_max_ - records;
  }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] Duration age(TimePoint now) const noexcept {
    return closed_ ? now - closed_since_ : Duration::zero();
  }
  /// In all, the present stretch included.
  [[nodiscard]] Duration total(TimePoint now) const noexcept { return closed_total_ + age(now); }

 private:
  std::size_t records_max_;
  std::size_t bytes_max_;
  std::size_t records_low_;
  std::size_t bytes_low_;
  bool closed_ = false;
  TimePoint closed_since_{};
  Duration closed_total_{};
};

}  // namespace strandline::detail

#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace strandline::detail {

/// Lets the same error through once in a while: a broker that is down is reported by librdkafka
/// many times a second. Owner: the poller thread.
class ErrorThrottle {
 public:
  /// A nullopt when it is to be kept quiet; else how many of its kind were since the last one let
  /// through.
  std::optional<std::uint64_t> admit(int kind, TimePoint now);

 private:
  static constexpr std::chrono::seconds kInterval{5};
  struct Seen {
    TimePoint last;
    std::uint64_t suppressed = 0;
  };
  std::map<int, Seen> seen_;  // one entry for each error code met: a few dozen at most
};

}  // namespace strandline::detail

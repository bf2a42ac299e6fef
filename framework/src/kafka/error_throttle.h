#pragma once

#include "base/clock.h"
#include "base/log_throttle.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace strandline::detail {

/// Lets the same error through once in a while: a broker that is down is reported by librdkafka
/// many times a second. Owner: the poller thread.
class ErrorThrottle {
 public:
  /// As LogThrottle's, for each kind of error by itself.
  std::optional<std::uint64_t> admit(int kind, TimePoint now);

 private:
  static constexpr std::chrono::seconds kInterval{5};
  std::map<int, LogThrottle> kinds_;  // one entry for each error code met: a few dozen at most
};

}  // namespace strandline::detail

#include "kafka/error_throttle.h"

namespace strandline::detail {

std::optional<std::uint64_t> ErrorThrottle::admit(int kind, TimePoint now) {
  return kinds_.try_emplace(kind, kInterval).first->second.admit(now);
}

}  // namespace strandline::detail

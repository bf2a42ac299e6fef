#include "kafka/error_throttle.h"

#include <utility>

namespace strandline::detail {

std::optional<std::uint64_t> ErrorThrottle::admit(int kind, TimePoint now) {
  const auto [entry, is_new] = seen_.try_emplace(kind, Seen{now});
  if (is_new) return 0;
  Seen& seen = entry->second;
  if (now - seen.last < kInterval) {
    ++seen.suppressed;
    return std::nullopt;
  }
  seen.last = now;
  return std::exchange(seen.suppressed, 0);
}

}  // namespace strandline::detail

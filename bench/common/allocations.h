#pragma once

#include <cstdint>

namespace bench {

/// What `operator new` of this program has done since it started, librdkafka's malloc not counted.
/// Link bench_allocations: it replaces the operators.
struct Allocations {
  std::int64_t count = 0;
  std::int64_t live_bytes = 0;  ///< as large as the allocator really made them
};
[[nodiscard]] Allocations allocations() noexcept;

}  // namespace bench

#pragma once

#include <cstdint>

namespace strandline::test {

/// How often this program has called `operator new`. Compile allocations.cc into it, which replaces
/// the operators. Any thread.
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace strandline::test

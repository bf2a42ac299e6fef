#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace bench {

/// Waits until `handled` reaches `expected`; false when `give_up` says so or at the deadline. Looks
/// after half of the time that is likely left, and so disturbs what it waits for some twenty times
/// in all, yet is less than a millisecond late.
[[nodiscard]] bool wait_for_count(const std::function<std::uint64_t()>& handled,
                                  std::uint64_t expected,
                                  std::chrono::steady_clock::time_point deadline,
                                  const std::function<bool()>& give_up);

}  // namespace bench

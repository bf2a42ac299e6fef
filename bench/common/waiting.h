#pragma once

#include <cstdint>
#include <functional>

namespace bench {

/// Waits until `handled` reaches `expected`; false when `give_up` says so, which is asked at least
/// every 50 ms. Looks after half of the time that is likely left, and so disturbs little what it
/// waits for, yet is less than a millisecond late.
[[nodiscard]] bool wait_for_count(const std::function<std::uint64_t()>& handled,
                                  std::uint64_t expected, const std::function<bool()>& give_up);

}  // namespace bench

#include "common/waiting.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace bench {

bool wait_for_count(const std::function<std::uint64_t()>& handled, std::uint64_t expected,
                    const std::function<bool()>& give_up) {
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  constexpr Seconds kShortest{200e-6};
  constexpr Seconds kLongest{0.05};
  Clock::time_point first{};
  for (;;) {
    const std::uint64_t done = handled();
    const Clock::time_point now = Clock::now();
    if (done >= expected) return true;
    if (give_up()) return false;
    if (done > 0 && first == Clock::time_point{}) first = now;
    Seconds nap{1e-3};
    if (done > 0 && now > first) {
      const double rate = static_cast<double>(done) / Seconds(now - first).count();
      nap =
          std::clamp(Seconds(static_cast<double>(expected - done) / rate / 2), kShortest, kLongest);
    }
    std::this_thread::sleep_for(nap);
  }
}

}  // namespace bench

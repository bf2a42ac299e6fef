#include "retry/backoff.h"

#include <algorithm>
#include <cmath>

namespace strandline::detail {

namespace {

using DoubleMs = std::chrono::duration<double, std::milli>;

constexpr DoubleMs kLongest = std::chrono::hours(24 * 365);

}  // namespace

std::chrono::nanoseconds backoff_delay(const Backoff& backoff, unsigned attempt, Rng& rng) {
  const DoubleMs initial = backoff.initial;
  const DoubleMs longest = std::min<DoubleMs>(backoff.max, kLongest);
  // Zero is left out: it times an overflowed power is no number.
  if (initial <= DoubleMs::zero() || longest <= DoubleMs::zero()) return {};
  const double power = std::pow(backoff.multiplier, attempt == 0 ? 0.0 : attempt - 1.0);
  const DoubleMs delay = std::min(initial * power, longest);
  // Cut at the maximum before drawing: cutting after it would let all long waits end together.
  const DoubleMs low = delay * (1 - backoff.jitter);
  const DoubleMs high = std::min(delay * (1 + backoff.jitter), longest);
  const double draw = std::uniform_real_distribution<double>{}(rng);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(low + (high - low) * draw);
}

}  // namespace strandline::detail

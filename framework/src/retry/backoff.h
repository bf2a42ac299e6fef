#pragma once

#include <strandline/failure_policy.h>

#include <chrono>
#include <random>

namespace strandline::detail {

/// Where jitter comes from: seeded by its owner, the poller, so that a test replays exactly. Jitter
/// needs no quality, only difference.
using Rng = std::minstd_rand;

/// How long to wait after the attempt number `attempt` (1 for the first) has failed:
/// initial · multiplier^(attempt − 1), at most `max`, spread evenly over ± `jitter` of it, yet
/// never above `max`. Sound for every attempt number and every validated configuration; never
/// negative and never above a year, so that adding it to the time cannot overflow.
[[nodiscard]] std::chrono::nanoseconds backoff_delay(const Backoff& backoff, unsigned attempt,
                                                     Rng& rng);

}  // namespace strandline::detail

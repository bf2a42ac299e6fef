#include "retry/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

TEST(Backoff, GrowsByTheMultiplierUpToTheMaximum) {
  const Backoff backoff{.initial = 100ms, .max = 1000ms, .multiplier = 2, .jitter = 0};
  Rng rng{1};
  EXPECT_EQ(backoff_delay(backoff, 1, rng), 100ms);
  EXPECT_EQ(backoff_delay(backoff, 2, rng), 200ms);
  EXPECT_EQ(backoff_delay(backoff, 3, rng), 400ms);
  EXPECT_EQ(backoff_delay(backoff, 4, rng), 800ms);
  EXPECT_EQ(backoff_delay(backoff, 5, rng), 1000ms);
  EXPECT_EQ(backoff_delay(backoff, 6, rng), 1000ms);
}

TEST(Backoff, StaysTheSameWithAMultiplierOfOne) {
  const Backoff backoff{.initial = 70ms, .max = 1h, .multiplier = 1, .jitter = 0};
  Rng rng{1};
  EXPECT_EQ(backoff_delay(backoff, 1, rng), 70ms);
  EXPECT_EQ(backoff_delay(backoff, std::numeric_limits<unsigned>::max(), rng), 70ms);
}

TEST(Backoff, NeverOverflows) {
  Rng rng{1};
  const unsigned last = std::numeric_limits<unsigned>::max();
  for (const double multiplier : {1.0, 1.0000001, 2.0, 1e300}) {
    for (const milliseconds longest :
         {milliseconds{1}, milliseconds{30'000}, milliseconds::max()}) {
      for (const milliseconds initial : {milliseconds{0}, milliseconds{1}, milliseconds::max()}) {
        for (const unsigned attempt : {0U, 1U, 2U, 31U, 64U, 1024U, last - 1, last}) {
          const Backoff backoff{initial, longest, multiplier, 1.0};
          const nanoseconds delay = backoff_delay(backoff, attempt, rng);
          ASSERT_GE(delay, 0ns);
          ASSERT_LE(delay, nanoseconds(std::min(longest, milliseconds(24h * 365))));
        }
      }
    }
  }
}

TEST(Backoff, IsZeroWhenItStartsAtZero) {
  Rng rng{1};
  const Backoff backoff{.initial = 0ms, .max = 1h, .multiplier = 1e300, .jitter = 0.2};
  EXPECT_EQ(backoff_delay(backoff, 5000, rng), 0ns);
}

TEST(Backoff, JitterSpreadsEvenlyAroundTheDelay) {
  const Backoff backoff{.initial = 100ms, .max = 1h, .multiplier = 2, .jitter = 0.25};
  Rng rng{1};
  nanoseconds lowest = 1h;
  nanoseconds highest{};
  nanoseconds sum{};
  for (int i = 0; i < 10'000; ++i) {
    const nanoseconds delay = backoff_delay(backoff, 1, rng);
    lowest = std::min(lowest, delay);
    highest = std::max(highest, delay);
    sum += delay;
  }
  EXPECT_GE(lowest, 75ms);
  EXPECT_LT(lowest, 76ms);
  EXPECT_LE(highest, 125ms);
  EXPECT_GT(highest, 124ms);
  EXPECT_NEAR(static_cast<double>((sum / 10'000).count()), 100e6, 1e6);
}

// What failed together must not come again together, least of all after the longest waits.
TEST(Backoff, JitterSpreadsAtTheMaximumWithoutExceedingIt) {
  const Backoff backoff{.initial = 100ms, .max = 1s, .multiplier = 2, .jitter = 0.2};
  Rng rng{1};
  std::set<nanoseconds> seen;
  for (int i = 0; i < 100; ++i) seen.insert(backoff_delay(backoff, 50, rng));
  EXPECT_GT(seen.size(), 95U);
  EXPECT_GE(*seen.begin(), 800ms);
  EXPECT_LE(*seen.rbegin(), 1s);
}

TEST(Backoff, IsTheSameAgainFromTheSameSeed) {
  const Backoff backoff{};
  Rng one{7};
  Rng two{7};
  for (unsigned attempt = 1; attempt < 20; ++attempt) {
    EXPECT_EQ(backoff_delay(backoff, attempt, one), backoff_delay(backoff, attempt, two));
  }
}

}  // namespace
}  // namespace strandline::detail

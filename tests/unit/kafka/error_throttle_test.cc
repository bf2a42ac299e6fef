#include "kafka/error_throttle.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

TEST(ErrorThrottle, LetsTheFirstThroughAndCountsTheRest) {
  ErrorThrottle throttle;
  const TimePoint start{1h};
  EXPECT_EQ(throttle.admit(1, start), 0U);
  EXPECT_EQ(throttle.admit(1, start + 1s), std::nullopt);
  EXPECT_EQ(throttle.admit(1, start + 4999ms), std::nullopt);
  EXPECT_EQ(throttle.admit(1, start + 5s), 2U);
  EXPECT_EQ(throttle.admit(1, start + 6s), std::nullopt);
  EXPECT_EQ(throttle.admit(1, start + 20s), 1U);
  EXPECT_EQ(throttle.admit(1, start + 40s), 0U);
}

TEST(ErrorThrottle, KindsDoNotSilenceEachOther) {
  ErrorThrottle throttle;
  const TimePoint start{1h};
  EXPECT_EQ(throttle.admit(1, start), 0U);
  EXPECT_EQ(throttle.admit(2, start), 0U);
  EXPECT_EQ(throttle.admit(1, start), std::nullopt);
}

}  // namespace
}  // namespace strandline::detail

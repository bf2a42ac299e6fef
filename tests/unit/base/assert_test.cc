#include "base/assert.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

TEST(AssertDeathTest, AbortsAndSaysWhatAndWhere) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const int records = 1;
  EXPECT_DEATH(STRANDLINE_ASSERT(records == 2, "two records"),
               "broken invariant: two records \\(.*assert_test.cc:[0-9]+\\)");
}

TEST(Assert, EvaluatesItsConditionOnce) {
  int evaluations = 0;
  STRANDLINE_ASSERT(++evaluations > 0, "a counter that counts");
  EXPECT_EQ(evaluations, 1);
}

}  // namespace
}  // namespace strandline::detail

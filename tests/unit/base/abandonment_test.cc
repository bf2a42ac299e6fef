#include "base/abandonment.h"

#include <gtest/gtest.h>

#include <string>

namespace strandline::detail {
namespace {

TEST(Abandonment, IsToldFromOtherFailures) {
  EXPECT_TRUE(is_abandonment(abandonment()));
  EXPECT_FALSE(is_abandonment(Failure{"the completion was dropped without an answer", {}, {}}));
  EXPECT_FALSE(is_abandonment(Failure{"", std::make_error_code(std::errc::timed_out), {}}));
  EXPECT_FALSE(is_abandonment(Failure{"", std::error_code(1, std::system_category()), {}}));
}

TEST(Abandonment, SaysWhatHappened) {
  const Failure failure = abandonment();
  EXPECT_EQ(failure.why, "the completion was dropped without an answer");
  EXPECT_TRUE(failure.code);
  EXPECT_EQ(failure.code.message(), "a completion was dropped without an answer");
  EXPECT_EQ(std::string(failure.code.category().name()), "strandline.completion");
}

}  // namespace
}  // namespace strandline::detail

#include "consumer/config_faults.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

TEST(ConfigFaults, TakesBothEndsOfARange) {
  ConfigFaults faults;
  EXPECT_TRUE(faults.check_range("f", 1U, 1, 3));
  EXPECT_TRUE(faults.check_range("f", 3U, 1, 3));
  EXPECT_TRUE(faults.check_range("f", 0ms, 0ms));
  EXPECT_TRUE(faults.check_range("f", ConfigFaults::kLongest, 0ms));
  EXPECT_TRUE(std::move(faults).take().empty());
}

TEST(ConfigFaults, SaysWhatIsWrongAndWhatWouldBeRight) {
  ConfigFaults faults;
  EXPECT_FALSE(faults.check_range("number", 4U, 1, 3));
  EXPECT_FALSE(faults.check_range("time", -1ms, 0ms, 1s));
  EXPECT_FALSE(faults.check_range("endless", std::chrono::milliseconds::max(), 0ms));
  faults.add_if(false, "right", "p", "h");
  faults.add_if(true, "wrong", "p", "h");
  const auto found = std::move(faults).take();
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].field, "number");
  EXPECT_EQ(found[0].problem, "is 4");
  EXPECT_EQ(found[0].hint, "choose from 1 to 3");
  EXPECT_EQ(found[1].problem, "is -1 ms");
  EXPECT_EQ(found[1].hint, "choose from 0 ms to 1000 ms");
  EXPECT_EQ(found[2].field, "endless");
  EXPECT_EQ(found[3].field, "wrong");
}

}  // namespace
}  // namespace strandline::detail

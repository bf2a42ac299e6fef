#include "consumer/topic_names.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

TEST(TopicNames, AreAsKafkaAllowsThem) {
  for (const char* good : {"a", "orders", "Orders.v1_x-2", "...", "__consumer_offsets"}) {
    EXPECT_EQ(topic_name_problem(good), "") << good;
  }
  EXPECT_EQ(topic_name_problem(std::string(249, 'a')), "");
  for (const char* bad : {"", ".", "..", "a b", "a/b", "a,b", "ä", "^a", "a*"}) {
    EXPECT_NE(topic_name_problem(bad), "") << bad;
  }
  EXPECT_NE(topic_name_problem(std::string(250, 'a')), "");
}

TEST(TopicPatterns, AreExtendedRegularExpressions) {
  EXPECT_EQ(pattern_problem("^orders\\.(eu|us)-[0-9]+$"), "");
  EXPECT_NE(pattern_problem("^orders("), "");
  EXPECT_NE(pattern_problem("^[a"), "");
}

TEST(TopicPatterns, Match) {
  EXPECT_TRUE(pattern_matches("^orders\\..*", "orders.eu"));
  EXPECT_FALSE(pattern_matches("^orders\\..*", "my.orders.eu"));
  EXPECT_FALSE(pattern_matches("^orders(", "orders("));
}

}  // namespace
}  // namespace strandline::detail

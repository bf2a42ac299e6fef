#include <strandline/error.h>

#include <strandline/result.h>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace strandline {
namespace {

TEST(ErrorCode, EveryCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    names.insert(to_string(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::internal) + 1);
  EXPECT_EQ(to_string(ErrorCode::invalid_config), "invalid_config");
  EXPECT_EQ(to_string(ErrorCode::internal), "internal");
}

TEST(ConfigError, NamesAllFaultsWithTheirHints) {
  const ConfigError error({{"group_id", "is empty", "name the consumer group"},
                           {"workers", "20000 is more than 10000", ""}});
  EXPECT_STREQ(error.what(),
               "invalid configuration, 2 faults:\n"
               "  group_id: is empty; name the consumer group\n"
               "  workers: 20000 is more than 10000");
  EXPECT_EQ(error.error().code, ErrorCode::invalid_config);
  ASSERT_EQ(error.faults().size(), 2U);
  EXPECT_EQ(error.faults()[1].field, "workers");
}

TEST(ConfigError, CountsOneFaultInTheSingular) {
  const ConfigError error({{"topics", "is empty", "name one"}});
  EXPECT_STREQ(error.what(), "invalid configuration, 1 fault:\n  topics: is empty; name one");
}

TEST(Error, OnlyWhatPassesByItselfIsRetriable) {
  EXPECT_TRUE((Error{ErrorCode::broker_unreachable, ""}.is_retriable()));
  EXPECT_TRUE((Error{ErrorCode::commit_failed, ""}.is_retriable()));
  EXPECT_TRUE((Error{ErrorCode::timed_out, ""}.is_retriable()));
  EXPECT_FALSE((Error{ErrorCode::authentication, ""}.is_retriable()));
  EXPECT_FALSE((Error{ErrorCode::internal, ""}.is_retriable()));
}

TEST(Result, HoldsAValueOrTheError) {
  const Result<int> good = 5;
  EXPECT_EQ(good.value(), 5);
  const Result<int> bad = fail(ErrorCode::timed_out, "no answer");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::timed_out);
  EXPECT_EQ(bad.error().message, "no answer");
}

}  // namespace
}  // namespace strandline

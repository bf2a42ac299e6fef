#include "base/log.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace strandline::detail {
namespace {

struct Log : testing::Test {
  Log() {
    set_log_sink(
        [this](LogLevel level, std::string_view line) { lines.emplace_back(level, line); });
  }
  ~Log() override {
    set_log_sink({});
    set_log_level(LogLevel::info);
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  std::vector<std::pair<LogLevel, std::string>> lines;
};

TEST_F(Log, ReachesTheSinkFormatted) {
  log(LogLevel::warning, "commit of {} failed: {}", "orders[3]", 7);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].first, LogLevel::warning);
  EXPECT_EQ(lines[0].second, "commit of orders[3] failed: 7");
}

struct CountsFormatting {
  int* count;
};

}  // namespace
}  // namespace strandline::detail

template <>
struct fmt::formatter<strandline::detail::CountsFormatting> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  auto format(const strandline::detail::CountsFormatting& value, format_context& context) const {
    ++*value.count;
    return context.out();
  }
};

namespace strandline::detail {
namespace {

TEST_F(Log, BelowTheLevelNothingIsFormatted) {
  int formatted = 0;
  log(LogLevel::debug, "{}", CountsFormatting{&formatted});
  EXPECT_EQ(formatted, 0);
  EXPECT_TRUE(lines.empty());
  set_log_level(LogLevel::debug);
  EXPECT_EQ(log_level(), LogLevel::debug);
  log(LogLevel::debug, "{}", CountsFormatting{&formatted});
  EXPECT_EQ(formatted, 1);
  EXPECT_EQ(lines.size(), 1U);
}

TEST_F(Log, OffSilencesErrors) {
  set_log_level(LogLevel::off);
  log(LogLevel::error, "unheard");
  EXPECT_TRUE(lines.empty());
}

TEST_F(Log, SinkThatThrowsIsIgnored) {
  set_log_sink([](LogLevel, std::string_view) { throw std::runtime_error("disk full"); });
  EXPECT_NO_THROW(log(LogLevel::error, "one"));
}

TEST_F(Log, SinkMayReplaceItself) {
  set_log_sink([this](LogLevel, std::string_view) {
    set_log_sink(
        [this](LogLevel level, std::string_view line) { lines.emplace_back(level, line); });
  });
  log(LogLevel::error, "one");
  log(LogLevel::error, "two");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].second, "two");
}

TEST_F(Log, EmptySinkRestoresStandardError) {
  set_log_sink({});
  testing::internal::CaptureStderr();
  log(LogLevel::error, "seen");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("strandline: seen"), std::string::npos) << text;
}

}  // namespace
}  // namespace strandline::detail

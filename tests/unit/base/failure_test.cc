#include "base/failure.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <system_error>

namespace strandline::detail {
namespace {

TEST(FailureOf, TakesTheTextOfAnException) {
  const Failure failure = failure_of(std::make_exception_ptr(std::runtime_error("no such row")));
  EXPECT_EQ(failure.why, "no such row");
  EXPECT_FALSE(failure.code);
  EXPECT_THROW(std::rethrow_exception(failure.exception), std::runtime_error);
}

TEST(FailureOf, TakesTheCodeOfASystemError) {
  const auto code = std::make_error_code(std::errc::connection_refused);
  const Failure failure = failure_of(std::make_exception_ptr(std::system_error(code, "connect")));
  EXPECT_EQ(failure.code, code);
  EXPECT_EQ(failure.why.substr(0, 7), "connect");
}

TEST(FailureOf, SaysSoWhenTheExceptionIsOfNoKnownKind) {
  const Failure failure = failure_of(std::make_exception_ptr(42));
  EXPECT_EQ(failure.why, "an exception that is not derived from std::exception");
  EXPECT_THROW(std::rethrow_exception(failure.exception), int);
}

TEST(FailureOf, SurvivesAnExceptionWithoutText) {
  class Silent : public std::exception {
   public:
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
  };
  const Failure failure = failure_of(std::make_exception_ptr(Silent{}));
  EXPECT_EQ(failure.why, "an exception without a text");
  EXPECT_TRUE(failure.exception);
}

TEST(FailureOf, SurvivesANullPointer) {
  const Failure failure = failure_of(nullptr);
  EXPECT_EQ(failure.why, "a failure without an exception");
  EXPECT_FALSE(failure.exception);
}

}  // namespace
}  // namespace strandline::detail

#include <strandline/completion.h>

#include "base/abandonment.h"
#include "support/fake_call.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace strandline {
namespace {

using test::FakeCall;

struct CompletionTest : testing::Test {
  FakeCall call;
  std::uint64_t twice_before = detail::completions_answered_twice();

  [[nodiscard]] std::uint64_t answered_twice() const {
    return detail::completions_answered_twice() - twice_before;
  }
  [[nodiscard]] const FakeCall::Answer& only_answer() const {
    EXPECT_EQ(call.answers.size(), 1U);
    return call.answers.at(0);
  }
};

TEST_F(CompletionTest, DoneAnswersOnce) {
  {
    call.completion().done();
  }
  EXPECT_EQ(only_answer().outcome, Outcome::done);
  EXPECT_EQ(answered_twice(), 0U);
}

TEST_F(CompletionTest, ShowsItsRecord) {
  Completion completion = call.completion();
  EXPECT_EQ(completion.record().offset(), Offset{42});
  std::move(completion).done();
}

TEST_F(CompletionTest, DroppedIsAnAbandonedFailure) {
  {
    const Completion completion = call.completion();
  }
  EXPECT_EQ(only_answer().outcome, Outcome::retry);
  EXPECT_TRUE(detail::is_abandonment(only_answer().failure));
}

TEST_F(CompletionTest, MovedAwayIsNotDropped) {
  Completion first = call.completion();
  {
    const Completion second(std::move(first));
    EXPECT_TRUE(call.answers.empty());
  }
  EXPECT_TRUE(detail::is_abandonment(only_answer().failure));
}

TEST_F(CompletionTest, OverwrittenIsDropped) {
  FakeCall other_call;
  Completion completion = call.completion();
  completion = other_call.completion();
  EXPECT_TRUE(detail::is_abandonment(only_answer().failure));
  EXPECT_TRUE(other_call.answers.empty());
  std::move(completion).done();
  ASSERT_EQ(other_call.answers.size(), 1U);
  EXPECT_EQ(other_call.answers[0].outcome, Outcome::done);
}

TEST_F(CompletionTest, MovedOntoItselfKeepsItsCall) {
  Completion completion = call.completion();
  Completion& alias = completion;
  completion = std::move(alias);
  EXPECT_TRUE(call.answers.empty());
  std::move(completion).done();
  EXPECT_EQ(only_answer().outcome, Outcome::done);
}

TEST_F(CompletionTest, SecondAnswerIsCountedAndChangesNothing) {
  Completion completion = call.completion();
  std::move(completion).done();
  std::move(completion)
      .retry("too late");  // NOLINT(bugprone-use-after-move): the misuse under test
  EXPECT_EQ(only_answer().outcome, Outcome::done);
  EXPECT_EQ(answered_twice(), 1U);
}

TEST_F(CompletionTest, RetryCarriesTheReason) {
  call.completion().retry("busy", std::make_error_code(std::errc::device_or_resource_busy));
  EXPECT_EQ(only_answer().outcome, Outcome::retry);
  EXPECT_EQ(only_answer().failure.why, "busy");
  EXPECT_EQ(only_answer().failure.code, std::errc::device_or_resource_busy);
}

TEST_F(CompletionTest, RetryTakesAnException) {
  call.completion().retry(std::make_exception_ptr(std::runtime_error("no route")));
  EXPECT_EQ(only_answer().failure.why, "no route");
  EXPECT_THROW(std::rethrow_exception(only_answer().failure.exception), std::runtime_error);
}

TEST_F(CompletionTest, DeadLetterCarriesTheReason) {
  call.completion().dead_letter("bad date", std::make_error_code(std::errc::invalid_argument));
  EXPECT_EQ(only_answer().outcome, Outcome::dead_letter);
  EXPECT_EQ(only_answer().failure.why, "bad date");
  EXPECT_EQ(only_answer().failure.code, std::errc::invalid_argument);
}

TEST_F(CompletionTest, LetsGoOfTheCallWhenAnswered) {
  Completion completion = call.completion();
  call.drop_share();
  EXPECT_FALSE(call.ended);
  std::move(completion).done();
  EXPECT_TRUE(call.ended);
}

}  // namespace
}  // namespace strandline

#include "retry/failure_decision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace strandline::detail {
namespace {

using Action = Decision::Action;
using testing::HasSubstr;

Failure because(std::string why) { return {std::move(why), {}, {}}; }

class FailureDecision : public testing::Test {
 protected:
  Decision decide_on(unsigned attempt, Outcome outcome = Outcome::retry,
                     const Failure& failure = because("no luck")) {
    return decide(policy, attempt, outcome, failure, rng_);
  }

  FailurePolicy policy{.attempts_max = 3, .backoff = {.jitter = 0}};

 private:
  Rng rng_{1};
};

TEST_F(FailureDecision, RetriesWhileAttemptsAreLeft) {
  const Decision first = decide_on(1);
  EXPECT_EQ(first.action, Action::retry);
  EXPECT_EQ(first.delay, std::chrono::milliseconds(100));
  EXPECT_EQ(first.reason, "attempt 1 of 3 failed: no luck");
  const Decision second = decide_on(2);
  EXPECT_EQ(second.action, Action::retry);
  EXPECT_EQ(second.delay, std::chrono::milliseconds(200));
  EXPECT_EQ(decide_on(3).action, Action::stop);
  EXPECT_EQ(decide_on(4).action, Action::stop);
}

TEST_F(FailureDecision, NeverRetriesWithOneAttempt) {
  policy.attempts_max = 1;
  EXPECT_EQ(decide_on(1).action, Action::stop);
}

TEST_F(FailureDecision, RetriesForEverWithoutABound) {
  policy.attempts_max = 0;
  const Decision decision = decide_on(4'000'000'000U);
  EXPECT_EQ(decision.action, Action::retry);
  EXPECT_EQ(decision.delay, std::chrono::seconds(30));
  EXPECT_EQ(decision.reason, "attempt 4000000000 failed: no luck");
}

TEST_F(FailureDecision, ExhaustedDoesAsThePolicySays) {
  policy.dead_letter_topic = "dead";
  policy.exhausted = Exhausted::stop;
  EXPECT_EQ(decide_on(3).action, Action::stop);
  policy.exhausted = Exhausted::dead_letter;
  EXPECT_EQ(decide_on(3).action, Action::dead_letter);
  policy.exhausted = Exhausted::drop;
  EXPECT_EQ(decide_on(3).action, Action::drop);
  policy.exhausted = Exhausted::park;
  EXPECT_EQ(decide_on(3).action, Action::park);
}

TEST_F(FailureDecision, LosesNothingByDefault) {
  const FailurePolicy untouched;
  Rng rng{1};
  EXPECT_EQ(decide(untouched, 10, Outcome::retry, because("x"), rng).action, Action::stop);
}

TEST_F(FailureDecision, ADeadLetterAskedForDoesNotWaitForTheLastAttempt) {
  policy.dead_letter_topic = "dead";
  policy.classify = FailureClassifier(Verdict::drop);
  const Decision decision = decide_on(1, Outcome::dead_letter);
  EXPECT_EQ(decision.action, Action::dead_letter);
  EXPECT_THAT(decision.reason, HasSubstr("no luck"));
}

TEST_F(FailureDecision, ADeadLetterWithoutATopicStopsAndSaysWhatToSet) {
  const Decision asked = decide_on(1, Outcome::dead_letter);
  EXPECT_EQ(asked.action, Action::stop);
  EXPECT_THAT(asked.reason, HasSubstr("set failure.dead_letter_topic"));
  policy.exhausted = Exhausted::dead_letter;
  EXPECT_EQ(decide_on(3).action, Action::stop);
}

TEST_F(FailureDecision, ClassifiesByTypeAndByCode) {
  policy.exhausted = Exhausted::park;
  policy.classify.on<std::invalid_argument>(Verdict::drop)
      .on(std::make_error_code(std::errc::permission_denied), Verdict::exhausted);
  const auto thrown = std::make_exception_ptr(std::invalid_argument("bad date"));
  EXPECT_EQ(decide_on(1, Outcome::retry, {"", {}, thrown}).action, Action::drop);
  const auto denied = std::make_error_code(std::errc::permission_denied);
  EXPECT_EQ(decide_on(1, Outcome::retry, {"", denied, {}}).action, Action::park);
  EXPECT_EQ(decide_on(1).action, Action::retry);
}

TEST_F(FailureDecision, AClassifierThatThrowsMeansRetryAndIsNamed) {
  policy.classify.when([](const Failure&) -> bool { throw std::runtime_error("oops"); },
                       Verdict::drop);
  const Decision decision = decide_on(1);
  EXPECT_EQ(decision.action, Action::retry);
  EXPECT_THAT(decision.reason, HasSubstr("classifier threw: oops"));
  EXPECT_EQ(decide_on(3).action, Action::stop);
}

TEST_F(FailureDecision, AClassifierThatIsEmptyOrThrowsAnythingMeansRetry) {
  policy.classify.when({}, Verdict::drop);
  EXPECT_EQ(decide_on(1).action, Action::retry);
  policy.classify =
      FailureClassifier().when([](const Failure&) -> bool { throw 7; }, Verdict::drop);
  EXPECT_EQ(decide_on(1).action, Action::retry);
}

TEST(DescribeFailure, NamesWhatThereIs) {
  EXPECT_EQ(describe({}), "no reason given");
  EXPECT_EQ(describe(because("bad date")), "bad date");
  const auto thrown = std::make_exception_ptr(std::runtime_error("bad date"));
  EXPECT_EQ(describe({"", {}, thrown}), "bad date");
  EXPECT_EQ(describe({"parsing", {}, thrown}), "parsing: bad date");
  EXPECT_EQ(describe({"bad date", {}, thrown}), "bad date");
}

TEST(DescribeFailure, NamesCodesWithTheirCategory) {
  const auto code = std::make_error_code(std::errc::timed_out);
  EXPECT_EQ(describe({"", code, {}}), "Connection timed out [generic 110]");
  EXPECT_EQ(describe({"lookup", code, {}}), "lookup: Connection timed out [generic 110]");
  const auto thrown = std::make_exception_ptr(std::system_error(code, "lookup"));
  EXPECT_EQ(describe({"", code, thrown}), "lookup: Connection timed out [generic 110]");
}

TEST(DescribeFailure, ACategoryThatThrowsIsStillNamed) {
  class Broken : public std::error_category {
   public:
    [[nodiscard]] const char* name() const noexcept override { return "broken"; }
    [[nodiscard]] std::string message(int) const override { throw std::out_of_range("no such"); }
  };
  static const Broken broken;
  EXPECT_THAT(describe({"", std::error_code(7, broken), {}}), HasSubstr("[broken 7]"));
}

TEST(DescribeFailure, NamesWhatIsNoStandardException) {
  EXPECT_EQ(describe({"", {}, std::make_exception_ptr(7)}),
            "an exception that is not derived from std::exception");
  class Silent : public std::exception {
   public:
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
  };
  EXPECT_EQ(describe({"", {}, std::make_exception_ptr(Silent{})}), "an exception without a text");
  EXPECT_EQ(describe({}), "no reason given");
}

}  // namespace
}  // namespace strandline::detail

#include "faults_of.h"

#include <gtest/gtest.h>

#include <limits>

namespace strandline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FailureFaults, WaitsAreNotNegative) {
  ConsumerConfig config = sound_config();
  config.failure.backoff.initial = -1ms;
  config.failure.backoff.max = -1ms;
  EXPECT_THAT(faults_of(config), ElementsAre("failure.backoff.initial", "failure.backoff.max"));
}

TEST(FailureFaults, TheLongestWaitIsNotTheShortest) {
  ConsumerConfig config = sound_config();
  config.failure.backoff.max = 99ms;
  EXPECT_THAT(faults_of(config), ElementsAre("failure.backoff.max"));
  config.failure.backoff.max = 100ms;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(FailureFaults, FactorsAreSaneNumbers) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double multiplier : {0.99, -1.0, kNan, kInfinity}) {
    ConsumerConfig config = sound_config();
    config.failure.backoff.multiplier = multiplier;
    EXPECT_THAT(faults_of(config), ElementsAre("failure.backoff.multiplier")) << multiplier;
  }
  for (const double jitter : {-0.01, 1.01, kNan}) {
    ConsumerConfig config = sound_config();
    config.failure.backoff.jitter = jitter;
    EXPECT_THAT(faults_of(config), ElementsAre("failure.backoff.jitter")) << jitter;
  }
  ConsumerConfig config = sound_config();
  config.failure.backoff.multiplier = 1;
  config.failure.backoff.jitter = 1;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(FailureFaults, DeadLettersNeedATopic) {
  ConsumerConfig config = sound_config();
  config.failure.exhausted = Exhausted::dead_letter;
  EXPECT_THAT(faults_of(config), ElementsAre("failure.dead_letter_topic"));
  config.failure.dead_letter_topic = "no topic";
  EXPECT_THAT(faults_of(config), ElementsAre("failure.dead_letter_topic"));
  config.failure.dead_letter_topic = "orders.dead";
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(FailureFaults, DeadLettersDoNotComeBack) {
  ConsumerConfig named = sound_config();
  named.failure.dead_letter_topic = "orders";
  EXPECT_THAT(faults_of(named), ElementsAre("failure.dead_letter_topic"));

  ConsumerConfig pattern = sound_config();
  pattern.topics.clear();
  pattern.topic_pattern = "^orders.*";
  pattern.failure.dead_letter_topic = "orders.dead";
  EXPECT_THAT(faults_of(pattern), ElementsAre("failure.dead_letter_topic"));
  pattern.failure.dead_letter_topic = "dead.orders";
  EXPECT_THAT(faults_of(pattern), IsEmpty());

  ConsumerConfig manual = sound_assignment();
  manual.failure.dead_letter_topic = "orders";
  EXPECT_THAT(faults_of(manual), ElementsAre("failure.dead_letter_topic"));
}

}  // namespace
}  // namespace strandline

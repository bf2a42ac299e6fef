#include "faults_of.h"

#include <gtest/gtest.h>

namespace strandline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CommitFaults, APeriodIsPositive) {
  ConsumerConfig config = sound_config();
  config.commit.interval = 0ms;
  EXPECT_THAT(faults_of(config), ElementsAre("commit.interval"));
  config.commit.mode = CommitMode::manual;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(CommitFaults, RecordsAreCountedInPeriodicModeOnly) {
  ConsumerConfig config = sound_config();
  config.commit.every_records = 100;
  EXPECT_THAT(faults_of(config), IsEmpty());
  for (const auto mode : {CommitMode::per_batch, CommitMode::manual, CommitMode::none}) {
    config.commit.mode = mode;
    EXPECT_THAT(faults_of(config), ElementsAre("commit.every_records"));
  }
}

TEST(CommitFaults, AListenerNeedsCommits) {
  ConsumerConfig config = sound_config();
  config.commit.on_commit = [](std::span<const CommitAnswer>) {};
  EXPECT_THAT(faults_of(config), IsEmpty());
  config.commit.mode = CommitMode::none;
  EXPECT_THAT(faults_of(config), ElementsAre("commit.on_commit"));
}

TEST(CommitFaults, TimesAreNotNegative) {
  ConsumerConfig config = sound_config();
  config.commit.timeout = 0ms;
  config.rebalance.drain_timeout = -1ms;
  config.shutdown.drain_timeout = -1ms;
  EXPECT_THAT(faults_of(config),
              ElementsAre("commit.timeout", "rebalance.drain_timeout", "shutdown.drain_timeout"));
}

TEST(CommitFaults, ADrainEndsBeforeTheBrokerLosesPatience) {
  ConsumerConfig config = sound_config();
  config.rebalance.drain_timeout = config.group.max_poll_interval;
  EXPECT_THAT(faults_of(config), ElementsAre("rebalance.drain_timeout"));
}

TEST(CommitFaults, TheLastCommitFitsBehindTheDrain) {
  ConsumerConfig config = sound_config();
  config.commit.timeout = 10s;
  config.rebalance.drain_timeout = config.group.max_poll_interval - 10s;
  EXPECT_THAT(faults_of(config), ElementsAre("commit.timeout"));
  config.rebalance.drain_timeout -= 1ms;
  EXPECT_THAT(faults_of(config), IsEmpty());
  config.rebalance.drain_timeout = config.group.max_poll_interval - 1ms;
  config.commit.mode = CommitMode::none;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(CommitFaults, WithoutAGroupNobodyIsImpatient) {
  ConsumerConfig config = sound_assignment();
  config.rebalance.drain_timeout = 1h;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

}  // namespace
}  // namespace strandline

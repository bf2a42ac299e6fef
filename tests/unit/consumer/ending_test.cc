// How an instance ends: what consumer/ending.cc does of Instance.

#include <strandline/log.h>

#include "consumer/instance_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

TEST(Instance, StopDrainsCommitsAndLeavesTheGroup) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_THAT(rig.log_since("commit"),
              ElementsAre("commit orders[0]=5", "close", "answer revoke orders[0]"));
  const RunSummary summary = rig.summary();
  EXPECT_TRUE(summary.ok());
  ASSERT_EQ(summary.partitions.size(), 1U);
  EXPECT_EQ(summary.partitions[0].committed, Offset{5});
  EXPECT_EQ(rig.broker.messages.live(), 0U);
}

TEST(Instance, AStopTellsTheListenerBeforeTheFinalCommit) {
  struct Flushing final : RebalanceListener {
    void on_revoked(std::span<const TopicPartition>) override { log->emplace_back("flush"); }
    std::vector<std::string>* log = nullptr;
  } listener;
  ConsumerConfig config = instance_config();
  config.listener = &listener;
  InstanceRig rig(config, ignore);
  listener.log = &rig.broker.log;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_THAT(rig.log_since("flush"),
              ElementsAre("flush", "commit orders[0]=5", "close", "answer revoke orders[0]"));
  EXPECT_THAT(rig.broker.log, testing::Contains("flush").Times(1));
}

TEST(Instance, StopWithDrainRunningLeavesWhatHasNotBegun) {
  std::size_t handled = 0;
  InstanceRig rig(instance_config(), [&](const Record&) { ++handled; });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.turn();
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  EXPECT_EQ(handled, 0U);
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_EQ(rig.summary().left_queued, 5U);
  EXPECT_EQ(rig.summary().left_in_flight, 0U);
}

TEST(Instance, StopWithDrainAdmittedFinishesThem) {
  ConsumerConfig config = instance_config();
  config.shutdown.drain = Drain::admitted;
  std::size_t handled = 0;
  InstanceRig rig(config, [&](const Record&) { ++handled; });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.turn();
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  EXPECT_EQ(handled, 5U);
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_EQ(rig.broker.committed.at(orders(0)), Offset{5});
}

TEST(Instance, StatisticsFollowADrain) {
  ConsumerConfig config = instance_config();
  config.shutdown.drain = Drain::admitted;
  config.shutdown.drain_timeout = 1min;
  config.in_flight.records_max = config.in_flight.records_max_per_partition = 5;
  std::size_t failing = 4;
  InstanceRig rig(config, [&](const Record& record) {
    if (record.offset() == Offset{4} && failing-- > 0) throw std::runtime_error("no connection");
  });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.turn();
  rig.clock.advance(100ms);
  rig.turn();
  EXPECT_EQ(rig.stats().in_flight, 5U);
  EXPECT_TRUE(rig.stats().gated);
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  rig.pass(100ms);
  EXPECT_EQ(rig.stats().in_flight, 1U) << "one waits for its next attempt";
  EXPECT_FALSE(rig.stats().gated);
  EXPECT_FALSE(rig.stats().partitions.at(0).gated);
  for (int i = 0; i < 100 && !rig.instance().closed(); ++i) rig.pass(1s);
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_EQ(rig.stats().in_flight, 0U);
  EXPECT_EQ(rig.stats().in_flight_bytes, 0U);
}

TEST(Instance, AStopWaitsForNothingQueuedBehindAParkedRecord) {
  ConsumerConfig config = instance_config();
  config.shutdown.drain = Drain::admitted;
  config.failure.attempts_max = 1;
  config.failure.exhausted = Exhausted::park;
  InstanceRig rig(config, [](const Record& record) {
    if (record.offset() == Offset{2}) throw std::runtime_error("bad date");
  });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  EXPECT_TRUE(rig.instance().closed()) << "although the clock has not moved";
  EXPECT_EQ(rig.broker.committed.at(orders(0)), Offset{2});
}

TEST(Instance, AHandlerThatHangsIsNamedAndDoesNotHoldTheStop) {
  InstanceRig* poller = nullptr;
  InstanceRig rig(instance_config(), [&](const Record& record) {
    if (record.offset() != Offset{1}) return;
    poller->instance().request_stop(StopMode::drain);
    poller->turn();
    poller->clock.advance(31s);
    for (int i = 0; i < 10; ++i) poller->turn();
    EXPECT_TRUE(poller->instance().closed());
  });
  poller = &rig;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 1);
  rig.settle();
  rig.broker.produce(orders(0), 1, 3);
  rig.turn();
  rig.run_jobs();
  const RunSummary summary = rig.summary();
  ASSERT_EQ(summary.left.size(), 1U);
  EXPECT_EQ(summary.left[0].offset, Offset{1});
  EXPECT_EQ(summary.left_in_flight, 1U);
  EXPECT_EQ(rig.broker.committed.at(orders(0)), Offset{1});
  EXPECT_TRUE(rig.instance().settled()) << "it came back after all";
}

TEST(Instance, NowStopsWithoutWaiting) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.turn();
  ASSERT_EQ(rig.jobs.size(), 1U);
  rig.instance().request_stop(StopMode::now);
  for (int i = 0; i < 5; ++i) rig.turn();
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_TRUE(rig.summary().left.empty()) << "no handler is at work";
  EXPECT_EQ(rig.summary().left_queued, 5U);
  rig.run_jobs();
  EXPECT_TRUE(rig.instance().settled());
}

TEST(Instance, AStopThatDoesNotWaitSaysNothingOfACommitThatGoesWell) {
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel level, std::string_view line) {
    if (level >= LogLevel::warning) lines.emplace_back(line);
  });
  InstanceRig rig(instance_config(), ignore);
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.instance().request_stop(StopMode::now);
  rig.turn();
  ASSERT_EQ(rig.broker.commits.size(), 1U);
  rig.broker.answer_commit();
  rig.settle();
  set_log_sink({});
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_EQ(rig.broker.committed.at(orders(0)), Offset{5});
  EXPECT_THAT(lines, IsEmpty());
}

}  // namespace
}  // namespace strandline::test

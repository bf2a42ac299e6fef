// What a rebalance listener is told when partitions are given up.

#include "consumer/instance_rig.h"
#include "consumer/logging_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

/// Five finished records of one partition, and a listener that writes into `told`.
class ToldOfTheEnd : public testing::Test {
 protected:
  ToldOfTheEnd() : rig(config(), ignore) {
    rig.broker.answers_commits = false;
    rig.broker.assign({orders(0), orders(1)});
    rig.broker.produce(orders(0), 0, 5);
    rig.settle();
    rig.broker.revoke({orders(0), orders(1)});
    rig.settle();
  }
  ConsumerConfig config() {
    ConsumerConfig config = instance_config();
    config.commit.interval = 1h;
    config.listener = &listener;
    return config;
  }
  std::vector<std::string> told;
  LoggingListener listener{told};
  InstanceRig rig;
};

TEST_F(ToldOfTheEnd, ReleasedIsToldWhenTheFinalCommitIsAnswered) {
  EXPECT_THAT(told, ElementsAre("assigned 2", "revoked 2"));
  rig.broker.answer_commit();
  rig.settle();
  EXPECT_THAT(told, ElementsAre("assigned 2", "revoked 2", "released orders[0]=5/5",
                                "released orders[1]=-1/-1"));
}

TEST_F(ToldOfTheEnd, ReleasedSaysWhyThePositionIsNotCommitted) {
  rig.broker.answer_commit(Error{ErrorCode::fenced, "somebody has this identity"});
  rig.settle();
  EXPECT_THAT(told, testing::Contains("released orders[0]=-1/5 somebody has this identity"));
}

TEST_F(ToldOfTheEnd, ReleasedIsToldAtTheDeadlineOfTheCommit) {
  rig.pass(11s);
  EXPECT_THAT(told, testing::Contains(testing::AllOf(testing::StartsWith("released orders[0]=-1/5"),
                                                     HasSubstr("not answered"))));
}

TEST_F(ToldOfTheEnd, LostMeanwhileTheyAreNotReleased) {
  rig.broker.lost = true;
  rig.settle();
  EXPECT_THAT(told, ElementsAre("assigned 2", "revoked 2", "lost 2"));
}

TEST(Rebalancer, AStopTellsOfEachPartitionOnce) {
  ConsumerConfig config = instance_config();
  struct Counting final : RebalanceListener {
    void on_revoked(std::span<const TopicPartition> partitions) override {
      told.insert(told.end(), partitions.begin(), partitions.end());
    }
    std::vector<TopicPartition> told;
  } listener;
  config.listener = &listener;
  InstanceRig rig(config, ignore);
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0), orders(1)});
  rig.broker.produce(orders(0), 0, 5);
  rig.broker.produce(orders(1), 0, 5);
  rig.settle();
  while (!rig.broker.commits.empty()) rig.broker.answer_commit();
  rig.broker.produce(orders(0), 5, 5);
  rig.broker.produce(orders(1), 5, 5);
  rig.settle();
  rig.broker.revoke({orders(0)});
  rig.settle();
  EXPECT_THAT(listener.told, ElementsAre(orders(0)));
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  EXPECT_THAT(listener.told, ElementsAre(orders(0), orders(1))) << "before the commit is answered";
  while (!rig.broker.commits.empty()) {
    rig.broker.answer_commit();
    rig.settle();
  }
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_THAT(listener.told, ElementsAre(orders(0), orders(1)));
  EXPECT_EQ(rig.broker.committed[orders(1)], Offset{10});
}

TEST(Rebalancer, WhatFinishesWhileTheFinalCommitIsOutIsCommittedToo) {
  ConsumerConfig config = instance_config();
  config.commit.interval = 1h;
  std::vector<std::string> told;
  LoggingListener listener(told);
  config.listener = &listener;
  InstanceRig* poller = nullptr;
  InstanceRig rig(config, [&](const Record& record) {
    if (record.offset() != Offset{5}) return;
    poller->broker.revoke({orders(0)});
    poller->turn();
    poller->clock.advance(11s);  // longer than the drain may take
    poller->turn();
    EXPECT_EQ(poller->broker.commits.size(), 1U);
  });
  poller = &rig;
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.broker.produce(orders(0), 5, 2);
  rig.settle();
  rig.broker.answer_commit();
  rig.settle();
  EXPECT_THAT(rig.log_since("commit"), ElementsAre("commit orders[0]=6"));
  rig.broker.answer_commit();
  rig.settle();
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
  EXPECT_EQ(told.back(), "released orders[0]=6/6");
}

TEST(Rebalancer, AStopReleasesAfterItsFinalCommit) {
  ConsumerConfig config = instance_config();
  std::vector<std::string> told;
  LoggingListener listener(told);
  config.listener = &listener;
  InstanceRig rig(config, ignore);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  EXPECT_THAT(told, ElementsAre("assigned 1", "revoked 1", "released orders[0]=5/5"));
}

}  // namespace
}  // namespace strandline::test

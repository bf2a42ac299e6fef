#include "consumer/rebalancer.h"

#include "consumer/instance_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

/// Writes what it is told into the broker's log, so that the order of everything shows.
struct LoggingListener final : RebalanceListener {
  explicit LoggingListener(std::vector<std::string>& log) : log_(log) {}
  void on_assigned(std::span<const TopicPartition> p) override { note("assigned", p); }
  void on_revoked(std::span<const TopicPartition> p) override { note("revoked", p); }
  void on_lost(std::span<const TopicPartition> p) override { note("lost", p); }
  void on_released(std::span<const ReleasedPartition> partitions) override {
    for (const ReleasedPartition& one : partitions) {
      log_.push_back(
          "released " + to_string(one.partition) + "=" + std::to_string(one.committed.value()) +
          "/" + std::to_string(one.position.value()) + (one.error ? " " + one.error->message : ""));
    }
  }
  void note(const std::string& what, std::span<const TopicPartition> partitions) {
    log_.push_back(what + " " + std::to_string(partitions.size()));
  }
  std::vector<std::string>& log_;
};

TEST(Rebalancer, SplitsEveryQueueBeforeItAnswersTheAssignment) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0), orders(1)});
  rig.turn();
  EXPECT_THAT(rig.broker.log,
              ElementsAre("open orders[0]", "open orders[1]", "answer assign orders[0] orders[1]"));
}

TEST(Rebalancer, AnswersEmptyAssignmentsAndRevocations) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({});
  rig.broker.revoke({});
  rig.turn();
  EXPECT_THAT(rig.broker.log, ElementsAre("answer assign", "answer revoke"));
}

TEST(Rebalancer, CommitsWhatFinishedWhilePartitionsAreStillOurs) {
  ConsumerConfig config = instance_config();
  std::vector<std::string>* log = nullptr;
  struct Late final : RebalanceListener {
    void on_revoked(std::span<const TopicPartition>) override { (*log)->push_back("told"); }
    std::vector<std::string>** log;
  } listener;
  listener.log = &log;
  config.listener = &listener;
  InstanceRig rig(config, ignore);
  log = &rig.broker.log;
  rig.broker.assign({orders(0), orders(1)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.broker.revoke({orders(0)});
  rig.settle();
  EXPECT_THAT(rig.log_since("told"),
              ElementsAre("told", "commit orders[0]=5", "answer revoke orders[0]"));
  EXPECT_FALSE(rig.broker.open.contains(orders(0))) << "the queue is given back";
  EXPECT_TRUE(rig.broker.open.contains(orders(1))) << "the other partition stays";
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

TEST(Rebalancer, RevokeWaitsForWhatRunsAndRetainedPartitionsGoOn) {
  std::vector<std::int64_t> handled;
  InstanceRig rig(instance_config(), [&](const Record& r) {
    handled.push_back(r.partition().value() * 100 + r.offset().value());
  });
  rig.broker.assign({orders(0), orders(1)});
  rig.broker.produce(orders(0), 0, 1);
  rig.turn();
  ASSERT_EQ(rig.jobs.size(), 1U);
  rig.broker.revoke({orders(0)});
  rig.turn();
  EXPECT_THAT(rig.log_since("answer revoke"), IsEmpty()) << "its record has not been handed back";
  rig.broker.produce(orders(1), 0, 1);
  rig.turn();
  EXPECT_EQ(rig.jobs.size(), 2U) << "the retained partition goes on meanwhile";
  rig.settle();
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
}

TEST(Rebalancer, RevokeStartsNothingNew) {
  std::vector<std::int64_t> handled;
  InstanceRig rig(instance_config(),
                  [&](const Record& r) { handled.push_back(r.offset().value()); });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 10);
  rig.turn();
  rig.broker.revoke({orders(0)});
  rig.turn();
  rig.settle();
  EXPECT_THAT(handled, IsEmpty()) << "what a worker had not begun is taken back";
  EXPECT_EQ(rig.broker.messages.live(), 0U);
  EXPECT_FALSE(rig.broker.committed.contains(orders(0)));
}

TEST(Rebalancer, TheDrainDeadlineGivesThePartitionUpWithoutWhatHasNotFinished) {
  ConsumerConfig config = instance_config();
  config.rebalance.drain_timeout = 10s;
  std::optional<std::stop_token> stop;
  InstanceRig* poller = nullptr;
  InstanceRig rig(config, [&](const Record& record, Context& context) {
    if (record.offset() != Offset{2}) return;
    // The handler hangs: the poller gives up waiting while it is still inside.
    stop = context.stop_token();
    poller->broker.revoke({orders(0)});
    poller->turn();
    poller->clock.advance(9s);
    poller->turn();
    EXPECT_THAT(poller->log_since("answer revoke"), IsEmpty());
    EXPECT_FALSE(stop->stop_requested());
    poller->clock.advance(2s);
    poller->turn();
    poller->turn();
    EXPECT_TRUE(stop->stop_requested()) << "asked to stop";
    EXPECT_THAT(poller->log_since("answer revoke"), Not(IsEmpty()));
  });
  poller = &rig;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 2);
  rig.settle();
  rig.broker.produce(orders(0), 2, 5);
  rig.settle();
  EXPECT_EQ(rig.broker.committed.at(orders(0)), Offset{2}) << "not past the one that hung";
  EXPECT_EQ(rig.stats().late_completions_fenced, 0U);
  rig.pass(1s);
  EXPECT_GE(rig.stats().late_completions_fenced, 1U);
  EXPECT_EQ(rig.broker.messages.live(), 0U) << "released when the handler came back";
}

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

TEST(Rebalancer, CountsOneRebalanceForEachAssignment) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0), orders(1)});
  rig.broker.revoke({orders(0)});
  rig.broker.assign({});
  rig.settle();
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().rebalances, 2U);
}

TEST(Rebalancer, AStopUnderWayWaitsForNoDrainOfARevoke) {
  ConsumerConfig config = instance_config();
  config.rebalance.drain_timeout = 1h;
  config.shutdown.drain_timeout = 5s;
  InstanceRig* poller = nullptr;
  InstanceRig rig(config, [&](const Record&) {
    // The handler hangs while its partition is revoked and the consumer is stopped.
    poller->broker.revoke({orders(0)});
    poller->turn();
    EXPECT_THAT(poller->log_since("answer revoke"), IsEmpty());
    poller->instance().request_stop(StopMode::drain);
    poller->turn();
    poller->clock.advance(6s);
    for (int i = 0; i < 10; ++i) poller->turn();
    EXPECT_THAT(poller->log_since("answer revoke"), Not(IsEmpty())) << "not held for an hour";
    EXPECT_TRUE(poller->instance().closed());
  });
  poller = &rig;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 1);
  rig.turn();
  rig.run_jobs();
  EXPECT_EQ(rig.summary().left_in_flight, 1U);
  EXPECT_TRUE(rig.instance().settled());
}

TEST(Rebalancer, AnIdleMemberIsTold) {
  ConsumerConfig config = instance_config();
  std::vector<std::string> told;
  LoggingListener listener(told);
  config.listener = &listener;
  InstanceRig rig(config, ignore);
  rig.broker.assign({});
  rig.broker.revoke({});
  rig.settle();
  EXPECT_THAT(told, ElementsAre("assigned 0"));
}

TEST(Rebalancer, LostPartitionsAreFencedAndNeverCommitted) {
  ConsumerConfig config = instance_config();
  std::vector<std::string> told;
  LoggingListener listener(told);
  config.listener = &listener;
  InstanceRig rig(config, ignore);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.turn();
  rig.run_jobs();
  rig.broker.revoke({orders(0)}, true);
  rig.settle();
  EXPECT_THAT(told, ElementsAre("assigned 1", "lost 1"));
  EXPECT_THAT(rig.log_since("commit"), IsEmpty());
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
  rig.pass(2s);
  EXPECT_THAT(rig.log_since("commit"), IsEmpty());
}

TEST(Rebalancer, ALossDuringTheDrainEndsItWithoutACommit) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.turn();
  rig.run_jobs();
  rig.broker.answers_commits = false;
  rig.broker.revoke({orders(0)});
  rig.turn();
  EXPECT_EQ(rig.broker.commits.size(), 1U) << "drained, the final commit is out";
  rig.broker.lost = true;
  rig.settle();
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
  EXPECT_EQ(rig.stats().partitions_lost, 0U);
  rig.pass(1s);
  EXPECT_EQ(rig.stats().partitions_lost, 1U);
}

TEST(Rebalancer, AFinalCommitThatIsNotAnsweredHoldsThePartitionNoLongerThanItsTimeout) {
  ConsumerConfig config = instance_config();
  config.commit.timeout = 10s;
  InstanceRig rig(config, ignore);
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.turn();
  rig.run_jobs();
  rig.broker.revoke({orders(0)});
  rig.settle();
  EXPECT_THAT(rig.log_since("answer revoke"), IsEmpty());
  rig.pass(11s);
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
}

TEST(Rebalancer, APartitionThatComesBackHasANewEpochAndAFreshQueue) {
  std::vector<std::int64_t> handled;
  InstanceRig rig(instance_config(),
                  [&](const Record& r) { handled.push_back(r.offset().value()); });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 5, 2);
  rig.settle();
  rig.broker.revoke({orders(0)});
  rig.settle();
  rig.broker.assign({orders(0)});
  rig.settle();
  EXPECT_TRUE(rig.broker.open.contains(orders(0))) << testing::PrintToString(rig.broker.log);
  // From the last commit of somebody else, before ours: the new epoch takes what it is given.
  rig.broker.produce(orders(0), 3, 2);
  rig.settle();
  EXPECT_THAT(handled, ElementsAre(5, 6, 3, 4));
}

TEST(Rebalancer, AListenerThatThrowsStopsNothing) {
  ConsumerConfig config = instance_config();
  struct Throwing final : RebalanceListener {
    void on_assigned(std::span<const TopicPartition>) override { throw std::runtime_error("no"); }
    void on_revoked(std::span<const TopicPartition>) override { throw 7; }
  } listener;
  config.listener = &listener;
  InstanceRig rig(config, ignore);
  rig.broker.assign({orders(0)});
  rig.broker.revoke({orders(0)});
  rig.settle();
  EXPECT_THAT(rig.broker.log,
              ElementsAre("open orders[0]", "answer assign orders[0]", "answer revoke orders[0]"));
}

}  // namespace
}  // namespace strandline::test

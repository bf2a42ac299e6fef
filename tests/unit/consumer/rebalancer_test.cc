#include "consumer/rebalancer.h"

#include "consumer/instance_rig.h"
#include "consumer/logging_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

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

TEST(Rebalancer, RevokeWaitsForWhatRunsAndRetainedPartitionsGoOn) {
  std::vector<std::int64_t> handled;
  InstanceRig* poller = nullptr;
  InstanceRig rig(instance_config(), [&](const Record& r) {
    handled.push_back(r.partition().value() * 100 + r.offset().value());
    if (r.partition() != PartitionId{0}) return;
    poller->broker.revoke({orders(0)});
    poller->turn();
    poller->broker.produce(orders(1), 0, 1);
    poller->turn();
    EXPECT_THAT(poller->log_since("answer revoke"), IsEmpty()) << "it is being handled";
    poller->run_jobs();
    EXPECT_THAT(handled, ElementsAre(0, 100)) << "the retained partition goes on meanwhile";
  });
  poller = &rig;
  rig.broker.assign({orders(0), orders(1)});
  rig.broker.produce(orders(0), 0, 1);
  rig.settle();
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
}

TEST(Rebalancer, ARevokeWaitsForNoRunThatNobodyHasBegun) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.turn();
  ASSERT_EQ(rig.jobs.size(), 1U) << "behind slow handlers of other partitions, perhaps";
  rig.broker.revoke({orders(0)});
  rig.turn();
  rig.turn();
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
  EXPECT_GT(rig.broker.messages.live(), 0U) << "the job still refers to them";
  rig.settle();
  EXPECT_EQ(rig.broker.messages.live(), 0U);
  EXPECT_EQ(rig.stats().processed, 0U);
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
  InstanceRig* poller = nullptr;
  InstanceRig rig(instance_config(), [&](const Record& record) {
    if (record.offset() != Offset{5}) return;
    poller->broker.revoke({orders(0)});
    poller->turn();
    EXPECT_THAT(poller->log_since("answer revoke"), IsEmpty()) << "a handler is at work";
    poller->broker.lost = true;
    poller->turn();
  });
  poller = &rig;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.broker.produce(orders(0), 5, 1);
  rig.settle();
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
  EXPECT_THAT(rig.log_since("commit"), IsEmpty()) << "five were finished: not ours any more";
}

TEST(Rebalancer, ALossDuringTheFinalCommitEndsIt) {
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

#include "consumer/committer.h"

#include "consumer/instance_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <vector>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

/// Five records are finished, and the periodic commit of them is out.
void send_commit_of_five(InstanceRig& rig) {
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.pass(1100ms);
}

TEST(Committer, CommitsPeriodicallyAndOnlyWhatHasMoved) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0), orders(1)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.pass(1100ms);
  EXPECT_THAT(rig.log_since("commit"), ElementsAre("commit orders[0]=5"));
  rig.pass(1100ms);
  rig.pass(1100ms);
  EXPECT_EQ(std::ranges::count_if(rig.broker.log, [](auto& l) { return l.starts_with("commit"); }),
            1)
      << "nothing new, nothing sent";
}

TEST(Committer, OnlyTheAnswerMakesAPositionCommitted) {
  InstanceRig rig(instance_config(), ignore);
  send_commit_of_five(rig);
  ASSERT_EQ(rig.broker.commits.size(), 1U);
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().partitions[0].committed, Offset{});
  rig.broker.answer_commit(Error{ErrorCode::commit_failed, "coordinator loading"});
  rig.settle();
  EXPECT_EQ(rig.stats().commits_failed, 0U) << "snapshot of before";
  rig.pass(300ms);
  EXPECT_EQ(rig.stats().commits_failed, 1U);
  EXPECT_EQ(rig.stats().partitions[0].committed, Offset{});
  ASSERT_EQ(rig.broker.commits.size(), 1U) << "sent again without new records";
  rig.broker.answer_commit();
  rig.settle();
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().partitions[0].committed, Offset{5});
}

TEST(Committer, EveryRecordsCommitsBeforeTheInterval) {
  ConsumerConfig config = instance_config();
  config.commit.interval = 1h;
  config.commit.every_records = 10;
  InstanceRig rig(config, ignore);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 9);
  rig.settle();
  EXPECT_THAT(rig.log_since("commit"), IsEmpty());
  rig.broker.produce(orders(0), 9, 1);
  rig.settle();
  EXPECT_THAT(rig.log_since("commit"), ElementsAre("commit orders[0]=10"));
}

TEST(Committer, PerBatchHoldsTheNextBatchUntilTheAnswer) {
  ConsumerConfig config = instance_config();
  config.commit.mode = CommitMode::per_batch;
  std::vector<std::int64_t> handled;
  InstanceRig rig(config, [&](const Record& r) { handled.push_back(r.offset().value()); });
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 2);
  rig.settle();
  rig.broker.produce(orders(0), 2, 2);
  rig.settle();
  EXPECT_THAT(handled, ElementsAre(0, 1));
  ASSERT_EQ(rig.broker.commits.size(), 1U);
  rig.broker.answer_commit();
  rig.settle();
  EXPECT_THAT(handled, ElementsAre(0, 1, 2, 3));
}

TEST(Committer, NoneTouchesNoOffset) {
  ConsumerConfig config = instance_config();
  config.commit.mode = CommitMode::none;
  std::optional<ErrorCode> answer;
  InstanceRig rig(config, [&](const Record&, Context& context) {
    context.commit_async([&](const Result<Offset>& result) { answer = result.error().code; });
  });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 1);
  rig.settle();
  rig.pass(5s);
  rig.broker.revoke({orders(0)});
  rig.settle();
  EXPECT_THAT(rig.log_since("commit"), IsEmpty());
  EXPECT_EQ(answer, ErrorCode::invalid_state);
}

TEST(Committer, AHandlersCommitIsAnsweredAtTheLatestAfterItsTimeout) {
  ConsumerConfig config = instance_config();
  config.commit.mode = CommitMode::manual;
  config.commit.timeout = 10s;
  std::optional<ErrorCode> answer;
  InstanceRig rig(config, [&](const Record&, Context& context) {
    context.commit_async([&](const Result<Offset>& result) {
      answer = result.error().code;
      throw std::runtime_error("goes no further");
    });
  });
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 1);
  rig.settle();
  EXPECT_FALSE(answer);
  rig.pass(11s);
  EXPECT_EQ(answer, ErrorCode::timed_out);
}

TEST(Committer, ACommitAskedForAfterTheCompletionsAnswerIsRefused) {
  ConsumerConfig config = instance_config();
  config.commit.mode = CommitMode::manual;
  std::vector<Result<Offset>> answers;
  InstanceRig rig(config, [&](const Record&, Context& context, Completion completion) {
    // As when another thread's answer arrives first; nothing is served before the next turn.
    std::move(completion).done();
    context.commit_async([&](Result<Offset> result) { answers.push_back(std::move(result)); });
  });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 1);
  rig.settle();
  ASSERT_EQ(answers.size(), 1U);
  ASSERT_FALSE(answers[0]);
  EXPECT_EQ(answers[0].error().code, ErrorCode::invalid_state);
  EXPECT_THAT(rig.log_since("commit"), IsEmpty());
}

TEST(Committer, ACommitOfAPartitionThatIsGoneIsRefused) {
  ConsumerConfig config = instance_config();
  config.commit.mode = CommitMode::manual;
  InstanceRig* poller = nullptr;
  std::vector<Result<Offset>> answers;
  InstanceRig rig(config, [&](const Record& record, Context& context) {
    if (record.offset() == Offset{4}) {
      poller->broker.revoke({orders(0)}, true);
      poller->turn();
    }
    if (record.offset() < Offset{3}) return;
    context.commit_async([&](Result<Offset> result) { answers.push_back(std::move(result)); });
  });
  poller = &rig;
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  ASSERT_EQ(answers.size(), 2U);
  for (const Result<Offset>& answer : answers) {
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::not_assigned);
  }
  EXPECT_THAT(rig.log_since("commit"), IsEmpty()) << "the next owner may be further already";
}

TEST(Committer, ACommitThatIsNeverAnsweredDoesNotEndThem) {
  ConsumerConfig config = instance_config();
  config.commit.timeout = 10s;
  InstanceRig rig(config, ignore);
  send_commit_of_five(rig);
  ASSERT_EQ(rig.broker.commits.size(), 1U);
  rig.pass(9s);
  EXPECT_EQ(rig.broker.commits.size(), 1U);
  rig.pass(1s);
  rig.pass(1s);
  ASSERT_EQ(rig.broker.commits.size(), 2U);
  rig.broker.answer_commit(Error{ErrorCode::commit_failed, "late, and of no account"});
  rig.settle();
  rig.broker.produce(orders(0), 5, 5);
  rig.settle();
  rig.pass(1100ms);
  EXPECT_EQ(rig.broker.commits.size(), 1U) << "the second one is still to be answered";
  rig.broker.answer_commit();
  rig.settle();
  rig.pass(1100ms);
  EXPECT_THAT(rig.log_since("commit"), ElementsAre("commit orders[0]=10"));
}

TEST(Committer, OfAPartitionOneRequestIsOutAtATime) {
  ConsumerConfig config = instance_config();
  config.commit.mode = CommitMode::manual;
  std::vector<std::int64_t> answers;
  InstanceRig rig(config, [&](const Record& record, Context& context) {
    if (record.offset().value() % 2 == 0) return;
    context.commit_async([&](const Result<Offset>& result) { answers.push_back(result->value()); });
  });
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0), orders(1)});
  rig.broker.produce(orders(0), 0, 4);
  rig.settle();
  rig.broker.produce(orders(1), 0, 2);
  rig.settle();
  ASSERT_EQ(rig.broker.commits.size(), 2U) << "partitions do not wait for one another";
  EXPECT_THAT(rig.log_since("answer assign"),
              ElementsAre(HasSubstr("assign"), "commit orders[0]=2", "commit orders[1]=2"));
  rig.broker.answer_commit();
  rig.settle();
  EXPECT_THAT(answers, ElementsAre(2));
  EXPECT_THAT(rig.log_since("commit"), ElementsAre("commit orders[0]=4"));
  rig.broker.answer_commit();
  rig.broker.answer_commit();
  rig.settle();
  EXPECT_THAT(answers, ElementsAre(2, 2, 4));
}

TEST(Committer, TheFinalCommitFollowsTheOneThatIsOut) {
  InstanceRig rig(instance_config(), ignore);
  send_commit_of_five(rig);
  rig.broker.produce(orders(0), 5, 5);
  rig.settle();
  rig.broker.revoke({orders(0)});
  rig.settle();
  EXPECT_EQ(rig.broker.commits.size(), 1U) << "a repetition of it would undo a later one";
  rig.broker.answer_commit();
  rig.settle();
  EXPECT_THAT(rig.log_since("commit"), ElementsAre("commit orders[0]=10"));
  rig.broker.answer_commit();
  rig.settle();
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
  EXPECT_EQ(rig.broker.committed[orders(0)], Offset{10});
}

TEST(Committer, AStopsCommitDoesNotWaitForOneThatIsNeverAnswered) {
  ConsumerConfig config = instance_config();
  config.commit.timeout = 10s;
  InstanceRig rig(config, ignore);
  send_commit_of_five(rig);
  rig.pass(5s);
  rig.broker.produce(orders(0), 5, 5);
  rig.settle();
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  EXPECT_EQ(rig.broker.commits.size(), 1U);
  rig.pass(5s);
  ASSERT_EQ(rig.broker.commits.size(), 2U);
  EXPECT_THAT(rig.log_since("commit"), ElementsAre("commit orders[0]=10"));
  rig.broker.commits.pop_front();
  rig.broker.answer_commit();
  rig.settle();
  while (!rig.broker.commits.empty()) rig.broker.answer_commit();
  rig.settle();
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_EQ(rig.broker.committed[orders(0)], Offset{10});
}

TEST(Committer, WhatAScheduledCommitLeftOutIsCommittedAfterTheAnswer) {
  ConsumerConfig config = instance_config();
  config.commit.every_records = 2;
  config.commit.interval = 1h;
  InstanceRig rig(config, [](const Record& record, Context& context) {
    if (record.offset() == Offset{0}) context.commit_async([](const Result<Offset>&) {});
  });
  rig.broker.answers_commits = false;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 1);
  rig.settle();
  ASSERT_EQ(rig.broker.commits.size(), 1U);
  rig.broker.produce(orders(0), 1, 3);
  rig.settle();
  EXPECT_EQ(rig.broker.commits.size(), 1U);
  rig.broker.answer_commit();
  rig.settle();
  EXPECT_THAT(rig.log_since("commit"), ElementsAre("commit orders[0]=4"));
}

TEST(Committer, PerBatchReadsOnBesideAParkedRecord) {
  ConsumerConfig config = instance_config();
  config.commit.mode = CommitMode::per_batch;
  config.order = Ordering::key;
  config.failure.attempts_max = 1;
  config.failure.exhausted = Exhausted::park;
  std::vector<std::int64_t> handled;
  InstanceRig rig(config, [&](const Record& record) {
    if (record.offset() == Offset{0}) throw std::runtime_error("bad date");
    handled.push_back(record.offset().value());
  });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 8);  // 7 is of the same key as 0
  rig.settle();
  EXPECT_THAT(handled, testing::UnorderedElementsAre(1, 2, 3, 4, 5, 6));
  rig.broker.produce(orders(0), 8, 3);
  rig.settle();
  EXPECT_THAT(handled, testing::IsSupersetOf({8, 9, 10})) << "their order waits for nothing";
}

TEST(Committer, AnAnswerToAnEarlierAssignmentsRequestIsNotThisOnes) {
  ConsumerConfig config = instance_config();
  config.commit.timeout = 10s;
  InstanceRig rig(config, ignore);
  send_commit_of_five(rig);
  rig.broker.revoke({orders(0)}, true);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  rig.pass(10s);
  rig.pass(1s);
  ASSERT_EQ(rig.broker.commits.size(), 2U);
  rig.broker.answer_commit();
  rig.settle();
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().partitions.at(0).committed, Offset{}) << "the group may have gone back";
  rig.broker.answer_commit();
  rig.settle();
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().partitions.at(0).committed, Offset{5});
}

TEST(Committer, ManualCommitsWhenAHandlerAsksAndTellsItTheAnswer) {
  ConsumerConfig config = instance_config();
  config.commit.mode = CommitMode::manual;
  std::vector<Result<Offset>> answers;
  InstanceRig rig(config, [&](const Record& record, Context& context) {
    if (record.offset() == Offset{2}) {
      context.commit_async([&](Result<Offset> result) { answers.push_back(std::move(result)); });
    }
  });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  EXPECT_THAT(rig.log_since("commit"), ElementsAre("commit orders[0]=3"))
      << "the record it was called for counts as finished";
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(*answers[0], Offset{3});
  rig.pass(5s);
  EXPECT_EQ(rig.broker.committed.at(orders(0)), Offset{3}) << "and nothing by itself";
}

}  // namespace
}  // namespace strandline::test

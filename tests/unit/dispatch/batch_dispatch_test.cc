#include "dispatch/dispatch_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace strandline::test {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

std::vector<std::int64_t> offsets(const Batch& batch) {
  std::vector<std::int64_t> all;
  for (const Record& record : batch) all.push_back(record.offset().value());
  return all;
}

TEST(BatchDispatch, ABatchIsWhatOnePollBroughtOfOnePartitionInOrder) {
  std::vector<std::vector<std::int64_t>> batches;
  DispatchRig rig(rig_config(), [&](const Batch& batch) { batches.push_back(offsets(batch)); });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  rig.admit(partition, 7, 2);
  rig.run_all();
  EXPECT_THAT(batches, ElementsAre(ElementsAre(0, 1, 2), ElementsAre(7, 8)));
  EXPECT_EQ(rig.position(partition), 9);
}

TEST(BatchDispatch, DoneThroughFinishesAPrefixAndTheRestComesAgainAtOnce) {
  std::vector<std::vector<std::int64_t>> batches;
  std::vector<unsigned> attempts;
  DispatchRig rig(rig_config(), [&](const Batch& batch, Context& context) {
    batches.push_back(offsets(batch));
    attempts.push_back(context.attempt());
    return BatchOutcome::done_through(batch[batch.size() / 2].offset());
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 5);
  rig.run_all();
  EXPECT_THAT(batches, ElementsAre(ElementsAre(0, 1, 2, 3, 4), ElementsAre(3, 4)));
  EXPECT_THAT(attempts, testing::Each(1U)) << "progress uses up no attempt";
  EXPECT_EQ(rig.position(partition), 5);
}

TEST(BatchDispatch, DoneThroughWithoutProgressIsAFailedAttempt) {
  ConsumerConfig config = rig_config();
  config.failure.attempts_max = 2;
  DispatchRig rig(config, [](const Batch&) { return BatchOutcome::done_through(Offset{-1}); });
  rig.admit(rig.assign(), 5, 2);
  rig.run_all();
  EXPECT_FALSE(rig.stopped);
  rig.pass(1s);
  EXPECT_TRUE(rig.stopped);
}

TEST(BatchDispatch, SingleRecordsOfABatchFailAndAreTriedAgainByThemselves) {
  std::vector<std::vector<std::int64_t>> batches;
  DispatchRig rig(rig_config(), [&](const Batch& batch) {
    batches.push_back(offsets(batch));
    BatchOutcome outcome = BatchOutcome::done();
    if (batches.size() == 1) outcome.fail(1, {"bad date", {}, {}}).fail(3, {"bad name", {}, {}});
    return outcome;
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 5);
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 1);
  EXPECT_EQ(partition.in_flight(), 2U);
  rig.pass(1s);
  EXPECT_THAT(batches, ElementsAre(ElementsAre(0, 1, 2, 3, 4), ElementsAre(1), ElementsAre(3)));
  EXPECT_EQ(rig.position(partition), 5);
}

TEST(BatchDispatch, FailuresMayBeNamedInAnyOrderAndTwice) {
  std::vector<std::vector<std::int64_t>> batches;
  DispatchRig rig(rig_config(), [&](const Batch& batch) {
    batches.push_back(offsets(batch));
    BatchOutcome outcome = BatchOutcome::done();
    if (batches.size() == 1) {
      outcome.fail(5, {"b", {}, {}}).fail(2, {"a", {}, {}}).fail(5, {"again", {}, {}});
    }
    return outcome;
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 10);
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 2) << "not past the first that failed";
  EXPECT_EQ(partition.in_flight(), 2U);
  EXPECT_EQ(rig.dispatcher().counters.failed, 2U);
  rig.pass(1s);
  EXPECT_THAT(batches, ElementsAre(testing::SizeIs(10), ElementsAre(2), ElementsAre(5)));
  EXPECT_EQ(rig.position(partition), 10);
  EXPECT_EQ(rig.messages.live(), 0U);
}

TEST(BatchDispatch, WhatACommitDeclaredFinishedIsNotTakenBack) {
  std::vector<std::vector<std::int64_t>> batches;
  DispatchRig rig(rig_config(), [&](const Batch& batch, Context& context) {
    batches.push_back(offsets(batch));
    context.commit_async([](const Result<Offset>&) {});
    return BatchOutcome::done_through(batch[1].offset());
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 5);
  rig.run_all();
  rig.pass(1s);
  EXPECT_EQ(batches.size(), 1U);
  EXPECT_EQ(rig.position(partition), 5);
  EXPECT_EQ(rig.messages.live(), 0U);
}

TEST(BatchDispatch, ABatchThatEndsTheConsumerNamesItsFirstRecordOnce) {
  ConsumerConfig config = rig_config();
  config.failure.attempts_max = 1;
  DispatchRig rig(config, [](const Batch&) { throw std::runtime_error("no table"); });
  rig.admit(rig.assign(), 5, 100);
  rig.run_all();
  ASSERT_TRUE(rig.stopped);
  EXPECT_THAT(rig.stopped->message, testing::StartsWith("orders[0]@5 failed for good"));
  EXPECT_EQ(rig.stops_required, 1U);
}

TEST(BatchDispatch, RecordsThatWaitForAnAttemptAreCounted) {
  DispatchRig rig(rig_config(), [](const Batch&) { throw std::runtime_error("no table"); });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 100);
  rig.run_all();
  EXPECT_EQ(partition.counters.waiting_retry, 100U);
  rig.clock.advance(1min);
  rig.turn();
  EXPECT_EQ(partition.counters.waiting_retry, 0U);
}

TEST(BatchDispatch, AThrowFailsEachRecordOfTheBatchAndTheyComeAgainTogether) {
  std::vector<std::vector<std::int64_t>> batches;
  DispatchRig rig(rig_config(), [&](const Batch& batch) {
    batches.push_back(offsets(batch));
    if (batches.size() == 1) throw std::runtime_error("once");
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  rig.run_all();
  rig.admit(partition, 3, 1);
  rig.pass(1s);
  EXPECT_THAT(batches, ElementsAre(ElementsAre(0, 1, 2), ElementsAre(0, 1, 2), ElementsAre(3)));
  EXPECT_EQ(rig.position(partition), 4);
}

}  // namespace
}  // namespace strandline::test

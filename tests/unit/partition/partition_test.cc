#include "partition/partition.h"

#include "support/fake_messages.h"
#include "support/manual_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

struct NoOwner final : detail::StrandOwner {
  void on_retry_due(detail::Strand&) override {}
};

struct PartitionTest : testing::Test {
  detail::AdmittedBatch& admit(std::int64_t first, std::int64_t count) {
    detail::AdmittedBatch& batch = pool.take();
    for (std::int64_t offset = first; offset < first + count; ++offset) {
      batch.records.messages.push_back(messages.make({.offset = offset}));
      batch.records.offsets.push_back(offset);
      batch.records.bytes += 100;
    }
    partition.admit(batch, clock.now());
    return batch;
  }

  NoOwner owner;
  ManualClock clock;
  FakeMessages messages;
  detail::BatchPool pool{messages};
  detail::Partition partition{{"t", PartitionId{3}}, Epoch{1}, {}, owner, pool};
};

TEST_F(PartitionTest, CountsRecordsAndBytesUntilTheirBatchIsLetGo) {
  auto& batch = admit(10, 4);
  EXPECT_EQ(partition.in_flight(), 4U);
  EXPECT_EQ(partition.bytes(), 400U);
  EXPECT_EQ(partition.expected(), Offset{14});
  EXPECT_EQ(partition.finish(batch, 0, 3), 3U);
  partition.let_go(batch);
  EXPECT_EQ(partition.in_flight(), 1U);
  EXPECT_EQ(partition.bytes(), 400U) << "one record pins the batch's memory";
  EXPECT_EQ(partition.finish(batch, 2, 4), 1U) << "finishing twice counts once";
  partition.let_go(batch);
  EXPECT_EQ(partition.bytes(), 0U);
  EXPECT_EQ(messages.live(), 0U);
}

TEST_F(PartitionTest, ABatchThatIsHeldStays) {
  auto& batch = admit(0, 1);
  batch.holders = 1;
  partition.finish(batch, 0, 1);
  partition.let_go(batch);
  EXPECT_EQ(messages.live(), 1U);
  batch.holders = 0;
  partition.let_go(batch);
  EXPECT_EQ(messages.live(), 0U);
  EXPECT_TRUE(partition.unreferenced());
}

TEST_F(PartitionTest, AfterTheFenceNothingCountsAndOnlyHeldBatchesStay) {
  auto& held = admit(0, 2);
  admit(2, 2);
  held.holders = 1;
  partition.fence();
  EXPECT_EQ(messages.live(), 2U);
  EXPECT_EQ(partition.finish(held, 0, 2), 0U);
  EXPECT_FALSE(partition.ledger().dirty());
  EXPECT_TRUE(partition.stop.stop_requested());
  held.holders = 0;
  partition.let_go(held);
  EXPECT_TRUE(partition.unreferenced());
}

TEST_F(PartitionTest, TheOldestUnfinishedRecordHasAnAge) {
  auto& first = admit(0, 2);
  clock.advance(5s);
  admit(2, 2);
  EXPECT_EQ(partition.oldest_age(clock.now()), 5s);
  partition.finish(first, 0, 2);
  partition.let_go(first);
  EXPECT_EQ(partition.oldest_age(clock.now()), 0s);
  EXPECT_EQ(partition.snapshot(clock.now()).oldest_unfinished, Offset{2});
}

TEST_F(PartitionTest, SnapshotTellsWhatTheBooksSay) {
  auto& batch = admit(5, 3);
  partition.finish(batch, 0, 1);
  partition.finish(batch, 2, 3);
  const PartitionStats stats = partition.snapshot(clock.now());
  EXPECT_EQ(stats.commit_position, Offset{6});
  EXPECT_EQ(stats.highest_completed, Offset{7});
  EXPECT_EQ(stats.highest_seen, Offset{7});
  EXPECT_EQ(stats.in_flight, 1U);
  EXPECT_EQ(stats.partition.partition, PartitionId{3});
  EXPECT_EQ(stats.lag, -1) << "the end of the log is not known yet";
  partition.counters.high_watermark = Offset{10};
  EXPECT_EQ(partition.snapshot(clock.now()).lag, 4);
}

TEST_F(PartitionTest, AttemptsAreForgottenOfWhatHasFinishedAndOfNothingElse) {
  auto& batch = admit(5, 6);
  auto& next = admit(11, 6);
  const auto fail_all = [&] {
    for (std::uint32_t i = 0; i < 6; ++i) {
      partition.failed_attempts[batch.sequence_at(i)] = 1;
      partition.failed_attempts[next.sequence_at(i)] = 1;
    }
  };
  const auto still_failed = [&](const detail::AdmittedBatch& of) {
    std::vector<std::uint32_t> positions;
    for (std::uint32_t i = 0; i < 6; ++i) {
      if (partition.next_attempt(of, i) == 2) positions.push_back(i);
    }
    return positions;
  };
  fail_all();
  partition.forget_attempts(batch, 1, 3);
  EXPECT_THAT(still_failed(batch), testing::ElementsAre(0, 3, 4, 5));
  EXPECT_EQ(still_failed(next).size(), 6U);
  // Fewer have failed than have finished: now they are what is looked through.
  partition.failed_attempts = {{next.sequence_at(0), 1}, {next.sequence_at(5), 1}};
  partition.forget_attempts(batch, 0, 6);
  EXPECT_THAT(still_failed(next), testing::ElementsAre(0, 5));
  partition.forget_attempts(next, 1, 6);
  EXPECT_THAT(still_failed(next), testing::ElementsAre(0));

  // Two lanes: positions 0 to 2 hold the even indices, 3 to 5 the odd ones.
  next.index_by_position = {0, 2, 4, 1, 3, 5};
  fail_all();
  partition.forget_attempts(next, 0, 2);
  EXPECT_THAT(still_failed(next), testing::ElementsAre(2, 3, 4, 5)) << "many have failed";
  partition.failed_attempts = {{next.first_sequence + 1, 1}, {next.first_sequence + 4, 1}};
  partition.forget_attempts(next, 0, 3);
  EXPECT_THAT(still_failed(next), testing::ElementsAre(3)) << "index 1 is of the other lane";
}

TEST_F(PartitionTest, OneLanesShareOfABatchFinishesByItself) {
  auto& batch = admit(5, 6);
  batch.index_by_position = {0, 2, 4, 1, 3, 5};
  EXPECT_EQ(partition.finish(batch, 0, 3), 3U);
  EXPECT_EQ(partition.tracker().commit_position(), Offset{6});
  EXPECT_EQ(partition.tracker().highest_completed(), Offset{9});
  EXPECT_EQ(partition.finish(batch, 2, 3), 0U) << "what was finished before counts once";
  EXPECT_EQ(partition.finish(batch, 3, 5), 2U);
  EXPECT_EQ(partition.tracker().commit_position(), Offset{10});
  EXPECT_EQ(partition.finish(batch, 5, 6), 1U);
  EXPECT_EQ(partition.tracker().commit_position(), Offset{11});
  EXPECT_EQ(partition.in_flight(), 0U);
}

TEST_F(PartitionTest, TokenStrandsComeAndGoAndAreUsedAgain) {
  detail::Strand& lane = partition.lane(0);
  detail::Strand& strand = partition.open_token(42, lane).strand;
  EXPECT_EQ(lane.open_tokens, 1U);
  EXPECT_EQ(partition.find_token(42), &strand);
  EXPECT_EQ(&partition.open_token(42, lane).strand, &strand);
  EXPECT_FALSE(partition.open_token(42, lane).newly);
  partition.close_token(strand);
  EXPECT_EQ(partition.find_token(42), nullptr);
  EXPECT_EQ(lane.open_tokens, 0U) << "nobody looks for tokens in what the lane takes";
  EXPECT_EQ(&partition.open_token(7, lane).strand, &strand);
  EXPECT_EQ(strand.token, 7U);
}

TEST(Gate, ClosesAtTheMaximumAndOpensAtTheLowMark) {
  ManualClock clock;
  detail::Gate gate(100, 1000, 0.5);
  EXPECT_TRUE(gate.update(99, 0, clock.now()));
  EXPECT_FALSE(gate.update(100, 0, clock.now()));
  clock.advance(3s);
  EXPECT_FALSE(gate.update(51, 0, clock.now()));
  EXPECT_EQ(gate.age(clock.now()), 3s);
  EXPECT_TRUE(gate.update(50, 0, clock.now()));
  EXPECT_EQ(gate.total(clock.now()), 3s);
  EXPECT_FALSE(gate.update(1, 1000, clock.now())) << "bytes close it, too";
  EXPECT_FALSE(gate.update(1, 501, clock.now()));
  EXPECT_TRUE(gate.update(1, 500, clock.now()));
  EXPECT_EQ(gate.room(30), 70U);
  EXPECT_EQ(gate.room(130), 0U);
}

}  // namespace
}  // namespace strandline::test

#include "commit/commit_tracker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

namespace strandline::detail {
namespace {

std::vector<std::int64_t> consecutive(std::int64_t first, std::size_t count) {
  std::vector<std::int64_t> offsets(count);
  std::iota(offsets.begin(), offsets.end(), first);
  return offsets;
}

TEST(CommitTracker, HasNoPositionBeforeAnythingIsKnown) {
  const CommitTracker tracker;
  EXPECT_FALSE(tracker.commit_position().is_valid());
  EXPECT_FALSE(tracker.highest_seen().is_valid());
  EXPECT_FALSE(tracker.highest_completed().is_valid());
  EXPECT_EQ(tracker.oldest_unfinished(), std::nullopt);
  EXPECT_FALSE(tracker.oldest_unfinished_offset().is_valid());
  EXPECT_FALSE(tracker.is_complete(0));
}

// Parallel Consumer #546: a commit without progress went out as offset 0.
TEST(CommitTracker, StaysAtTheStartUntilSomethingHasFinished) {
  CommitTracker tracker{Offset{500}};
  const auto offsets = consecutive(700, 3);
  tracker.admit(offsets);
  EXPECT_EQ(tracker.commit_position(), Offset{500});
  tracker.complete(1, 2);
  EXPECT_EQ(tracker.commit_position(), Offset{500});
  tracker.complete(0, 1);
  EXPECT_EQ(tracker.commit_position(), Offset{703});
}

// Parallel Consumer #62, #894: the position is the *next* offset to read, neither one less nor
// more.
TEST(CommitTracker, PositionIsOneBehindTheLastFinished) {
  CommitTracker tracker;
  const auto offsets = consecutive(0, 2);
  tracker.admit(offsets);
  tracker.complete(0, 1);
  EXPECT_EQ(tracker.commit_position(), Offset{1});
  EXPECT_EQ(tracker.oldest_unfinished_offset(), Offset{1});
  tracker.complete(1, 1);
  EXPECT_EQ(tracker.commit_position(), Offset{2});
}

TEST(CommitTracker, PositionIsRightAtTheBoundaryOfTwoBatches) {
  CommitTracker tracker;
  const auto one = consecutive(10, 64);
  const auto two = consecutive(74, 64);
  tracker.admit(one);
  EXPECT_EQ(tracker.admit(two), 64U);
  tracker.complete(64, 1);
  EXPECT_FALSE(tracker.commit_position().is_valid());
  tracker.complete(0, 63);
  EXPECT_EQ(tracker.commit_position(), Offset{73});
  tracker.complete(63, 1);
  EXPECT_EQ(tracker.commit_position(), Offset{75});
  EXPECT_EQ(tracker.oldest_unfinished(), 65U);
}

// Parallel Consumer #826: work that was polled and not processed was committed at a revoke.
TEST(CommitTracker, NeverPassesTheUnfinishedWhateverIsFinishedBehindIt) {
  CommitTracker tracker;
  std::vector<std::vector<std::int64_t>> batches;
  batches.reserve(100);
  for (std::int64_t i = 0; i < 100; ++i) batches.push_back(consecutive(i * 100, 100));
  for (const auto& batch : batches) tracker.admit(batch);
  tracker.complete(0, 42);
  tracker.complete(43, 100 * 100 - 43);
  EXPECT_EQ(tracker.commit_position(), Offset{42});
  EXPECT_EQ(tracker.oldest_unfinished(), 42U);
  EXPECT_EQ(tracker.in_flight(), 1U);
  EXPECT_EQ(tracker.highest_completed(), Offset{9999});
  tracker.complete(42, 1);
  EXPECT_EQ(tracker.commit_position(), Offset{10000});
  EXPECT_EQ(tracker.in_flight(), 0U);
}

// Parallel Consumer #425: offsets removed by compaction were waited for, for ever.
TEST(CommitTracker, PassesGapsLeftByCompaction) {
  CommitTracker tracker;
  const std::vector<std::int64_t> offsets{3, 4, 900, 1'000'000, 1'000'007};
  tracker.admit(offsets);
  tracker.complete(3, 2);
  tracker.complete(0, 3);
  EXPECT_EQ(tracker.commit_position(), Offset{1'000'008});
}

// Parallel Consumer #329: transaction markers next to the base offset, between batches and inside.
TEST(CommitTracker, PassesTransactionMarkers) {
  CommitTracker tracker{Offset{10}};
  const std::vector<std::int64_t> one{11, 13};  // markers at 10, 12 and 14
  const std::vector<std::int64_t> two{15};
  tracker.admit(one);
  tracker.admit(two);
  tracker.complete(0, 1);
  EXPECT_EQ(tracker.commit_position(), Offset{12});
  tracker.complete(1, 1);
  EXPECT_EQ(tracker.commit_position(), Offset{14});
  tracker.complete(2, 1);
  EXPECT_EQ(tracker.commit_position(), Offset{16});
}

// Parallel Consumer #35: a bitmap of more than 32 767 records broke.
TEST(CommitTracker, TakesOneVeryLongBatch) {
  CommitTracker tracker;
  const auto offsets = consecutive(0, 100'000);
  tracker.admit(offsets);
  EXPECT_EQ(tracker.complete(1, 99'999), 99'999U);
  EXPECT_FALSE(tracker.commit_position().is_valid());
  EXPECT_EQ(tracker.complete(0, 1), 1U);
  EXPECT_EQ(tracker.commit_position(), Offset{100'000});
}

// Parallel Consumer #836: what is in flight has to be known exactly, or back-pressure leaks or
// latches.
TEST(CommitTracker, CountsAnAnswerGivenTwiceOnce) {
  CommitTracker tracker;
  const auto offsets = consecutive(0, 200);
  tracker.admit(offsets);
  EXPECT_EQ(tracker.complete(100, 50), 50U);
  EXPECT_EQ(tracker.complete(90, 70), 20U);
  EXPECT_EQ(tracker.complete(100, 50), 0U);
  EXPECT_EQ(tracker.complete(0, 10), 10U);
  EXPECT_EQ(tracker.complete(0, 10), 0U);
  EXPECT_EQ(tracker.in_flight(), 120U);
  EXPECT_EQ(tracker.complete(0, 200), 120U);
  EXPECT_EQ(tracker.complete(0, 200), 0U);
  EXPECT_EQ(tracker.in_flight(), 0U);
}

TEST(CommitTracker, TakesAnEmptyBatchAsNothing) {
  CommitTracker tracker;
  const auto offsets = consecutive(5, 1);
  EXPECT_EQ(tracker.admit({}), 0U);
  EXPECT_EQ(tracker.admit(offsets), 0U);
  EXPECT_EQ(tracker.complete(0, 0), 0U);
  EXPECT_EQ(tracker.in_flight(), 1U);
}

TEST(CommitTrackerDeathTest, AbortsOnBrokenBooks) {
  CommitTracker tracker;
  const auto offsets = consecutive(0, 2);
  tracker.admit(offsets);
  EXPECT_DEATH(tracker.complete(0, 3), "only admitted records are completed");
  EXPECT_DEATH(tracker.complete(0, std::vector<std::uint32_t>{0, 2}), "only admitted records");
  const auto more = consecutive(2, 2);
  tracker.admit(more);
  EXPECT_DEATH(tracker.complete(0, std::vector<std::uint32_t>{0, 2}), "of one batch");
  EXPECT_DEATH(tracker.admit(offsets), "rise from batch to batch");
}

// The batch is recycled as soon as it is complete, which may be long before the position passes it.
TEST(CommitTracker, DoesNotReadTheOffsetsOfACompleteBatch) {
  CommitTracker tracker;
  const auto first = consecutive(0, 10);
  auto second = std::make_unique<std::vector<std::int64_t>>(consecutive(10, 10));
  tracker.admit(first);
  tracker.admit(*second);
  tracker.complete(10, 10);
  second.reset();  // reading them now is what the address sanitizer would report
  EXPECT_EQ(tracker.complete(10, 10), 0U);
  EXPECT_EQ(tracker.complete(10, std::vector<std::uint32_t>{0, 2, 9}), 0U);
  EXPECT_TRUE(tracker.is_complete(15));
  tracker.complete(0, 10);
  EXPECT_EQ(tracker.commit_position(), Offset{20});
}

// A fenced partition gives all its batches back and is still asked how it stands.
TEST(CommitTracker, AnswersQuestionsWithoutReadingAnyOffsets) {
  CommitTracker tracker;
  auto offsets = std::make_unique<std::vector<std::int64_t>>(consecutive(0, 10));
  tracker.admit(*offsets);
  tracker.complete(0, 3);
  tracker.complete(5, 1);
  offsets.reset();
  EXPECT_EQ(tracker.commit_position(), Offset{3});
  EXPECT_EQ(tracker.oldest_unfinished_offset(), Offset{3});
  EXPECT_EQ(tracker.oldest_unfinished(), 3U);
  EXPECT_EQ(tracker.highest_completed(), Offset{5});
  EXPECT_TRUE(tracker.is_complete(5));
  EXPECT_FALSE(tracker.is_complete(4));
}

// Five records, cut into two batches at every place, completed in every order.
TEST(CommitTracker, IsRightInEveryOrderOfFiveRecords) {
  const std::vector<std::int64_t> offsets{2, 3, 5, 8, 9};
  for (std::size_t cut = 0; cut <= offsets.size(); ++cut) {
    std::vector<Sequence> order{0, 1, 2, 3, 4};
    do {
      CommitTracker tracker{Offset{2}};
      tracker.admit({offsets.data(), cut});
      tracker.admit({offsets.data() + cut, offsets.size() - cut});
      std::vector<bool> finished(offsets.size());
      for (const Sequence sequence : order) {
        ASSERT_EQ(tracker.complete(sequence, 1), 1U);
        finished[sequence] = true;
        std::size_t hole = 0;
        while (hole < finished.size() && finished[hole]) ++hole;
        const Offset expected = hole == 0 ? Offset{2} : Offset{offsets[hole - 1]}.next();
        ASSERT_EQ(tracker.commit_position(), expected);
        for (Sequence i = 0; i < offsets.size(); ++i)
          ASSERT_EQ(tracker.is_complete(i), finished[i]);
      }
    } while (std::ranges::next_permutation(order).found);
  }
}

}  // namespace
}  // namespace strandline::detail

#include "commit/commit_scheduler.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

constexpr TimePoint kStart{std::chrono::hours(1)};

CommitConfig periodic(std::chrono::milliseconds interval, std::uint64_t every = 0) {
  return {.mode = CommitMode::periodic, .interval = interval, .every_records = every};
}

TEST(CommitScheduler, IsNotDueWhenNothingHasFinished) {
  const CommitScheduler scheduler{periodic(1s), kStart};
  EXPECT_FALSE(scheduler.due(kStart + 1h));
  EXPECT_EQ(scheduler.next_due(), std::nullopt);
}

TEST(CommitScheduler, IsDueAnIntervalAfterTheLastRequest) {
  CommitScheduler scheduler{periodic(1s), kStart};
  scheduler.finished(1);
  EXPECT_EQ(scheduler.next_due(), kStart + 1s);
  EXPECT_FALSE(scheduler.due(kStart + 999ms));
  EXPECT_TRUE(scheduler.due(kStart + 1s));
  scheduler.requested(kStart + 1500ms);
  scheduler.answered(true, kStart + 1600ms);
  EXPECT_FALSE(scheduler.due(kStart + 1h));
  scheduler.finished(1);
  EXPECT_EQ(scheduler.next_due(), kStart + 2500ms);
}

TEST(CommitScheduler, IsDueAfterSoManyRecords) {
  CommitScheduler scheduler{periodic(1h, 100), kStart};
  scheduler.finished(99);
  EXPECT_FALSE(scheduler.due(kStart));
  scheduler.finished(1);
  EXPECT_TRUE(scheduler.due(kStart));
  scheduler.requested(kStart);
  scheduler.answered(true, kStart);
  scheduler.finished(99);
  EXPECT_FALSE(scheduler.due(kStart + 1s));
}

TEST(CommitScheduler, HasOneRequestOutAtATime) {
  CommitScheduler scheduler{periodic(1s), kStart};
  scheduler.finished(1);
  scheduler.requested(kStart + 1s);
  scheduler.finished(1);
  EXPECT_TRUE(scheduler.requesting());
  EXPECT_FALSE(scheduler.due(kStart + 5s));
  scheduler.answered(true, kStart + 5s);
  EXPECT_TRUE(scheduler.due(kStart + 5s));
}

TEST(CommitScheduler, WaitsLongerAfterEachFailureInARow) {
  CommitScheduler scheduler{periodic(1ms), kStart};
  scheduler.finished(1);
  TimePoint now = kStart + 1s;
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 5000ms, 5000ms}) {
    ASSERT_TRUE(scheduler.due(now));
    scheduler.requested(now);
    scheduler.answered(false, now);
    scheduler.finished(1'000'000);
    EXPECT_EQ(scheduler.next_due(), now + pause);
    now += pause;
  }
  scheduler.requested(now);
  scheduler.answered(true, now);
  scheduler.finished(1);
  scheduler.requested(now);
  scheduler.answered(false, now);
  EXPECT_EQ(scheduler.next_due(), now + 100ms);
}

TEST(CommitScheduler, TriesAgainThoughNothingMoreFinishes) {
  CommitScheduler scheduler{periodic(1s), kStart};
  scheduler.finished(1);
  scheduler.requested(kStart);
  scheduler.answered(false, kStart);
  EXPECT_TRUE(scheduler.due(kStart + 100ms));
}

TEST(CommitScheduler, IsDueAtOnceWhenForced) {
  CommitScheduler scheduler{periodic(1h), kStart};
  scheduler.force();
  EXPECT_TRUE(scheduler.due(kStart));
  scheduler.requested(kStart);
  scheduler.answered(true, kStart);
  EXPECT_FALSE(scheduler.due(kStart + 1s));
}

TEST(CommitScheduler, ForcedWhileARequestIsOutIsDueAfterItsAnswer) {
  CommitScheduler scheduler{periodic(1h), kStart};
  scheduler.force();
  scheduler.requested(kStart);
  scheduler.finished(1);
  scheduler.force();
  EXPECT_FALSE(scheduler.due(kStart + 1s));
  scheduler.answered(true, kStart + 1s);
  EXPECT_TRUE(scheduler.due(kStart + 1s));
}

TEST(CommitScheduler, ForceCutsThePauseAfterAFailureShortOnce) {
  CommitScheduler scheduler{periodic(1s), kStart};
  scheduler.finished(1);
  scheduler.requested(kStart);
  scheduler.answered(false, kStart);
  scheduler.force();
  EXPECT_TRUE(scheduler.due(kStart));
  scheduler.requested(kStart);
  scheduler.answered(false, kStart);
  EXPECT_FALSE(scheduler.due(kStart));
  EXPECT_TRUE(scheduler.due(kStart + 200ms));
}

// The head of the partition hangs, records behind it finish: no reason to look at every turn.
TEST(CommitScheduler, WaitsForTheNextIntervalWhenNoPositionMoved) {
  CommitScheduler scheduler{periodic(1s, 10), kStart};
  scheduler.finished(10);
  ASSERT_TRUE(scheduler.due(kStart));
  scheduler.nothing_to_send(kStart);
  EXPECT_FALSE(scheduler.due(kStart));
  scheduler.finished(1);
  EXPECT_EQ(scheduler.next_due(), kStart + 1s);
}

// The partitions whose commit failed have been given up meanwhile.
TEST(CommitScheduler, ForgetsAFailureThatConcernsNobodyAnyMore) {
  CommitScheduler scheduler{periodic(1s), kStart};
  scheduler.finished(1);
  scheduler.requested(kStart);
  scheduler.answered(false, kStart);
  scheduler.nothing_to_send(kStart + 100ms);
  EXPECT_EQ(scheduler.next_due(), std::nullopt);
}

// A lost answer must not be a gate that never opens again.
TEST(CommitScheduler, SaysThatAnAnswerIsOverdue) {
  CommitConfig config = periodic(1s);
  config.timeout = 10s;
  CommitScheduler scheduler{config, kStart};
  EXPECT_FALSE(scheduler.overdue(kStart + 1h));
  scheduler.finished(1);
  scheduler.requested(kStart);
  EXPECT_EQ(scheduler.next_due(), kStart + 10s);
  EXPECT_FALSE(scheduler.overdue(kStart + 9s));
  EXPECT_TRUE(scheduler.overdue(kStart + 10s));
  EXPECT_FALSE(scheduler.due(kStart + 10s));
  scheduler.answered(false, kStart + 10s);
  EXPECT_FALSE(scheduler.overdue(kStart + 10s));
  EXPECT_TRUE(scheduler.due(kStart + 10100ms));
}

TEST(CommitScheduler, PerBatchIsDueAsSoonAsSomethingHasFinished) {
  CommitScheduler scheduler{{.mode = CommitMode::per_batch}, kStart};
  EXPECT_FALSE(scheduler.due(kStart));
  scheduler.finished(1);
  EXPECT_TRUE(scheduler.due(kStart));
}

TEST(CommitScheduler, ManualIsDueOnlyWhenForced) {
  CommitScheduler scheduler{{.mode = CommitMode::manual}, kStart};
  scheduler.finished(1000);
  EXPECT_FALSE(scheduler.due(kStart + 1h));
  scheduler.force();
  EXPECT_TRUE(scheduler.due(kStart));
}

TEST(CommitScheduler, NoneIsNeverDue) {
  CommitScheduler scheduler{{.mode = CommitMode::none}, kStart};
  scheduler.finished(1000);
  scheduler.force();
  EXPECT_FALSE(scheduler.due(kStart + 1h));
  EXPECT_EQ(scheduler.next_due(), std::nullopt);
}

}  // namespace
}  // namespace strandline::detail

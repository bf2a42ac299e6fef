#include "commit/commit_ledger.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

TEST(CommitLedger, IsCleanUntilThePositionMoves) {
  CommitLedger ledger;
  EXPECT_FALSE(ledger.dirty());
  ledger.advance(Offset{});  // Parallel Consumer #546: no progress is not offset 0
  EXPECT_FALSE(ledger.dirty());
  ledger.advance(Offset{7});
  EXPECT_TRUE(ledger.dirty());
}

TEST(CommitLedger, IsCleanAtTheOffsetTheBrokerHasAlready) {
  CommitLedger ledger{Offset{7}};
  ledger.advance(Offset{7});
  EXPECT_FALSE(ledger.dirty());
  ledger.advance(Offset{8});
  EXPECT_TRUE(ledger.dirty());
}

TEST(CommitLedger, CountsAsCommittedOnlyWhatTheBrokerHasAnswered) {
  CommitLedger ledger;
  ledger.advance(Offset{7});
  EXPECT_EQ(ledger.request(), Offset{7});
  EXPECT_TRUE(ledger.requesting());
  EXPECT_TRUE(ledger.dirty());
  EXPECT_FALSE(ledger.committed().is_valid());
  ledger.acknowledged(Offset{7});
  EXPECT_FALSE(ledger.requesting());
  EXPECT_FALSE(ledger.dirty());
  EXPECT_EQ(ledger.committed(), Offset{7});
}

TEST(CommitLedger, StaysDirtyAfterAFailure) {
  CommitLedger ledger;
  ledger.advance(Offset{7});
  EXPECT_EQ(ledger.request(), Offset{7});
  ledger.failed();
  EXPECT_FALSE(ledger.requesting());
  EXPECT_TRUE(ledger.dirty());
  ledger.advance(Offset{9});
  EXPECT_EQ(ledger.request(), Offset{9});
}

TEST(CommitLedger, IsDirtyForWhatFinishedWhileTheRequestWasOut) {
  CommitLedger ledger;
  ledger.advance(Offset{7});
  EXPECT_EQ(ledger.request(), Offset{7});
  ledger.advance(Offset{9});
  ledger.acknowledged(Offset{7});
  EXPECT_TRUE(ledger.dirty());
  EXPECT_EQ(ledger.committed(), Offset{7});
  EXPECT_EQ(ledger.request(), Offset{9});
}

// Parallel Consumer #409: an old offset was committed again behind a newer one.
TEST(CommitLedger, NeverGoesBackward) {
  CommitLedger ledger;
  ledger.advance(Offset{9});
  EXPECT_EQ(ledger.request(), Offset{9});
  ledger.acknowledged(Offset{9});
  ledger.advance(Offset{7});
  ledger.advance(Offset{});
  EXPECT_EQ(ledger.position(), Offset{9});
  EXPECT_FALSE(ledger.dirty());
  ledger.acknowledged(Offset{7});
  EXPECT_EQ(ledger.committed(), Offset{9});
}

TEST(CommitLedger, TakesALateAnswerWithoutForgettingTheNewerRequest) {
  CommitLedger ledger;
  ledger.advance(Offset{7});
  EXPECT_EQ(ledger.request(), Offset{7});
  ledger.failed();  // overdue
  ledger.advance(Offset{9});
  EXPECT_EQ(ledger.request(), Offset{9});
  ledger.acknowledged(Offset{7});
  EXPECT_EQ(ledger.committed(), Offset{7});
  EXPECT_TRUE(ledger.requesting());
  EXPECT_TRUE(ledger.dirty());
  ledger.acknowledged(Offset{9});
  EXPECT_FALSE(ledger.dirty());
}

TEST(CommitLedger, DoesNotBelieveMoreThanItAskedFor) {
  CommitLedger ledger;
  ledger.advance(Offset{7});
  EXPECT_EQ(ledger.request(), Offset{7});
  ledger.acknowledged(Offset{100});
  EXPECT_EQ(ledger.committed(), Offset{7});
  ledger.advance(Offset{8});
  EXPECT_TRUE(ledger.dirty());
}

TEST(CommitLedgerDeathTest, IsNotAskedForARequestWhenClean) {
  CommitLedger ledger{Offset{7}};
  EXPECT_DEATH((void)ledger.request(), "does not have yet");
}

}  // namespace
}  // namespace strandline::detail

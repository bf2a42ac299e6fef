#include "kafka/rebalances.h"

#include <gtest/gtest.h>

#include <functional>

namespace strandline::detail {
namespace {

using Kind = Rebalance::Kind;
using Partitions = std::vector<TopicPartition>;

TopicPartition orders(std::int32_t partition) { return {"orders", PartitionId{partition}}; }

class Owner final : public BrokerEvents {
 public:
  void on_assign(Partitions partitions) override {
    ++assigns;
    last = std::move(partitions);
    if (on_event) on_event();
  }
  void on_revoke(Partitions partitions, bool lost) override {
    ++revokes;
    if (lost) ++losses;
    last = std::move(partitions);
    if (on_event) on_event();
  }
  void on_commit_answer(CommitId, std::vector<CommittedOffset>) override {}
  void on_error(ClientError) override {}

  int assigns = 0;
  int revokes = 0;
  int losses = 0;
  Partitions last;
  std::function<void()> on_event;
};

class RebalancesTest : public ::testing::Test {
 protected:
  void assign(const Partitions& partitions) {
    rebalances.push({Kind::assign, partitions});
    rebalances.deliver(owner);
    ASSERT_TRUE(rebalances.answer(Kind::assign, partitions));
  }

  Rebalances rebalances;
  Owner owner;
};

TEST_F(RebalancesTest, OneIsWithTheOwnerAtATime) {
  rebalances.push({Kind::assign, {orders(0)}});
  rebalances.push({Kind::revoke, {orders(0)}, true});
  rebalances.deliver(owner);
  rebalances.deliver(owner);
  EXPECT_EQ(owner.assigns, 1);
  EXPECT_EQ(owner.revokes, 0);
  EXPECT_FALSE(rebalances.answer(Kind::revoke, {})) << "the wrong answer";
  EXPECT_TRUE(rebalances.answer(Kind::assign, owner.last));
  EXPECT_FALSE(rebalances.answer(Kind::assign, owner.last)) << "answered twice";
  rebalances.deliver(owner);
  EXPECT_EQ(owner.losses, 1);
  EXPECT_FALSE(rebalances.idle());
  EXPECT_TRUE(rebalances.answer(Kind::revoke, owner.last));
  EXPECT_TRUE(rebalances.idle());
  EXPECT_TRUE(rebalances.assigned().empty());
}

TEST_F(RebalancesTest, AnswersFromInsideTheEventLetTheNextOneThrough) {
  rebalances.push({Kind::assign, {orders(0)}});
  rebalances.push({Kind::assign, {}});
  rebalances.push({Kind::assign, {orders(1)}});
  owner.on_event = [&] { EXPECT_TRUE(rebalances.answer(Kind::assign, owner.last)); };
  rebalances.deliver(owner);
  EXPECT_EQ(owner.assigns, 3) << "empty ones want an answer, too";
  EXPECT_EQ(rebalances.assigned(), (Partitions{orders(0), orders(1)}));
}

TEST_F(RebalancesTest, LossOfAllTakesWhatIsAssigned) {
  assign({orders(0), orders(1)});
  rebalances.push_loss_of_all();
  rebalances.push_loss_of_all();
  rebalances.deliver(owner);
  EXPECT_EQ(owner.losses, 1);
  EXPECT_EQ(owner.last, (Partitions{orders(0), orders(1)}));
  const auto answered = rebalances.answer(Kind::revoke, owner.last);
  ASSERT_TRUE(answered);
  EXPECT_TRUE(answered->ours);
  rebalances.push_loss_of_all();
  EXPECT_TRUE(rebalances.idle());
}

TEST_F(RebalancesTest, LossOfAllTakesWhatIsBeingAssigned) {
  assign({orders(0)});
  rebalances.push({Kind::assign, {orders(1)}});
  rebalances.deliver(owner);
  rebalances.push_loss_of_all();
  EXPECT_TRUE(rebalances.answer(Kind::assign, Partitions{orders(1)}));
  rebalances.deliver(owner);
  EXPECT_EQ(owner.last, (Partitions{orders(0), orders(1)}));
}

TEST_F(RebalancesTest, LossOfAllDoesNotAskTwiceForWhatIsBeingRevoked) {
  assign({orders(0), orders(1)});
  rebalances.push({Kind::revoke, {orders(0)}});
  rebalances.deliver(owner);
  rebalances.push_loss_of_all();
  EXPECT_TRUE(rebalances.answer(Kind::revoke, Partitions{orders(0)}));
  rebalances.deliver(owner);
  EXPECT_EQ(owner.last, Partitions{orders(1)});
}

TEST_F(RebalancesTest, LossOfAllDropsWhatTheOwnerHasNotHeardOf) {
  rebalances.push({Kind::assign, {orders(0)}});
  rebalances.push_loss_of_all();
  rebalances.deliver(owner);
  EXPECT_EQ(owner.assigns, 0);
  EXPECT_EQ(owner.revokes, 0);
}

TEST_F(RebalancesTest, RevocationOfAllIsNoLoss) {
  EXPECT_FALSE(rebalances.push_revocation_of_all());
  assign({orders(0)});
  EXPECT_TRUE(rebalances.push_revocation_of_all());
  rebalances.deliver(owner);
  EXPECT_EQ(owner.revokes, 1);
  EXPECT_EQ(owner.losses, 0);
}

TEST_F(RebalancesTest, AnAssignmentThatFailedIsNotHeld) {
  assign({orders(0)});
  rebalances.undo_assign(Partitions{orders(0)});
  EXPECT_TRUE(rebalances.assigned().empty());
}

TEST_F(RebalancesTest, AbandoningSaysWhetherLibrdkafkaWaits) {
  EXPECT_FALSE(rebalances.abandon());
  rebalances.push({Kind::assign, {orders(0)}});
  EXPECT_TRUE(rebalances.owes_answer());
  rebalances.deliver(owner);
  EXPECT_TRUE(rebalances.owes_answer()) << "until the owner has answered";
  EXPECT_TRUE(rebalances.abandon());
  EXPECT_FALSE(rebalances.owes_answer());
  rebalances.push({Kind::revoke, {orders(0)}, true, true});
  EXPECT_FALSE(rebalances.abandon()) << "nobody waits for an answer to our own";
  EXPECT_TRUE(rebalances.idle());
}

}  // namespace
}  // namespace strandline::detail

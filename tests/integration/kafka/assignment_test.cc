// The consumer port on librdkafka's mock cluster: partitions assigned by hand, without a group.

#include <strandline/testing/mock_cluster.h>

#include "fixture.h"
#include "member.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

using testing::MockCluster;
using namespace std::chrono_literals;

class AssignmentTest : public ::testing::Test {
 protected:
  AssignmentTest() {
    cluster.create_topic("orders", 2);
    cluster.produce("orders", numbered(100, 0));
    cluster.produce("orders", numbered(100, 1));
  }

  [[nodiscard]] ConsumerConfig assigned(std::vector<AssignedPartition> partitions) const {
    ConsumerConfig config = config_for(cluster);
    config.topics.clear();
    config.assignment = std::move(partitions);
    return config;
  }

  MockCluster cluster;
};

TEST_F(AssignmentTest, StartsAtTheBeginningOrAtAnOffset) {
  Member member(
      assigned({{orders(0), StartOffset::beginning()}, {orders(1), StartOffset::at(Offset{60})}}));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 140; }));
  EXPECT_EQ(member.assigns, 1);
  EXPECT_EQ(member.offsets[orders(0)], range(0, 100));
  EXPECT_EQ(member.offsets[orders(1)], range(60, 100));
}

TEST_F(AssignmentTest, StartsAtTheEnd) {
  Member member(assigned({{orders(0), StartOffset::end()}}));
  ASSERT_TRUE(turn_until({&member},
                         [&] { return member.client().high_watermark(orders(0)) == Offset{100}; }));
  cluster.produce("orders", numbered(5, 0));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() > 0; }));
  EXPECT_EQ(member.offsets[orders(0)].front(), 100);
}

TEST_F(AssignmentTest, StartsAtTheEndWhenNoRecordIsThatYoung) {
  // The mock cluster has no look-up by time and answers this to every question.
  Member member(assigned({{orders(0), StartOffset::at(std::chrono::milliseconds(1))}}));
  // Before anything is fetched: these are younger than the question.
  cluster.produce("orders", numbered(5, 0));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() > 0; }));
  EXPECT_EQ(member.offsets[orders(0)].front(), 100);
}

TEST_F(AssignmentTest, CommitsAndStartsAtWhatIsCommitted) {
  {
    Member member(assigned({{orders(0), StartOffset::beginning()}}));
    ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 100; }));
    EXPECT_FALSE(member.commit({{orders(0), Offset{70}}}).at(0).error);
  }
  EXPECT_EQ(cluster.committed("group", orders(0)), Offset{70});
  Member member(assigned({{orders(0), StartOffset::committed()}}));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 30; }));
  EXPECT_EQ(member.offsets[orders(0)], range(70, 100));
}

TEST_F(AssignmentTest, ClosingRevokesFirstSoThatTheOwnerCanCommit) {
  Member member(assigned({{orders(0), StartOffset::beginning()}}));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 100; }));
  member.answers = false;
  member.close();
  ASSERT_TRUE(turn_until({&member}, [&] { return !member.revoking.empty(); }));
  EXPECT_EQ(member.revoking, std::vector{orders(0)});
  EXPECT_EQ(member.losses, 0);
  EXPECT_FALSE(member.client().closed());
  EXPECT_FALSE(member.commit({{orders(0), Offset{100}}}).at(0).error);
  member.answer_revoke();
  ASSERT_TRUE(turn_until({&member}, [&] { return member.client().closed(); }));
  EXPECT_EQ(cluster.committed("group", orders(0)), Offset{100});
}

TEST_F(AssignmentTest, ClosingBeforeTheFirstTurnHasNothingToRevoke) {
  Member member(assigned({{orders(0), StartOffset::beginning()}}));
  member.close();
  ASSERT_TRUE(turn_until({&member}, [&] { return member.client().closed(); }));
  EXPECT_EQ(member.assigns, 0);
  EXPECT_EQ(member.revokes, 0);
}

TEST_F(AssignmentTest, AnOffsetThatIsNotThereIsReportedWhenResetIsNone) {
  ConsumerConfig config = assigned({{orders(0), StartOffset::at(Offset{5'000})}});
  config.offset_reset = OffsetReset::none;
  Member member(config);
  ASSERT_TRUE(
      turn_until({&member}, [&] { return member.has_error(ErrorCode::offset_out_of_range); }));
  EXPECT_EQ(member.errors.front().partition, orders(0));
  EXPECT_EQ(member.records(), 0U);
}

TEST_F(AssignmentTest, APartitionThatIsNotThereIsReported) {
  Member member(assigned({{orders(7), StartOffset::beginning()}}));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.has_error(ErrorCode::unknown_topic); }));
}

}  // namespace
}  // namespace strandline::detail

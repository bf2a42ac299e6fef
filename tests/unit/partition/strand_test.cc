#include "partition/strand.h"

#include "partition/partition.h"
#include "support/fake_messages.h"

#include <gtest/gtest.h>

#include <vector>

namespace strandline::test {
namespace {

struct NoOwner final : detail::StrandOwner {
  void on_retry_due(detail::Strand&) override {}
};

struct StrandTest : testing::Test {
  std::vector<std::uint32_t> take(std::size_t max, bool one_batch = false) {
    std::vector<detail::Stretch> taken;
    strand.take(max, one_batch, taken);
    std::vector<std::uint32_t> positions;
    for (const auto& stretch : taken) {
      for (std::uint32_t i = stretch.begin; i < stretch.end; ++i) positions.push_back(i);
    }
    return positions;
  }

  NoOwner owner;
  FakeMessages messages;
  detail::BatchPool pool{messages};
  detail::Partition partition{{"t", PartitionId{0}}, Epoch{1}, {}, owner, pool};
  detail::Strand strand{partition, owner, 0};
  detail::AdmittedBatch a, b;
};

using Positions = std::vector<std::uint32_t>;

TEST_F(StrandTest, IsAFifoThatCanTakeBack) {
  strand.push_back({&a, 0, 3});
  strand.push_back({&b, 0, 2});
  EXPECT_EQ(strand.queued(), 5U);
  EXPECT_EQ(take(2), (Positions{0, 1}));
  strand.push_front({&a, 1, 2});
  EXPECT_EQ(take(10), (Positions{1, 2, 0, 1}));
  EXPECT_TRUE(strand.empty());
  EXPECT_EQ(strand.queued(), 0U);
}

TEST_F(StrandTest, JoinsNeighbouringStretches) {
  strand.push_back({&a, 0, 2});
  strand.push_back({&a, 2, 4});
  strand.push_front({&a, 0, 0});
  std::vector<detail::Stretch> taken;
  strand.take(10, false, taken);
  EXPECT_EQ(taken.size(), 1U);
}

TEST_F(StrandTest, TakesOfOneBatchOnlyWhenAsked) {
  strand.push_back({&a, 0, 2});
  strand.push_back({&b, 0, 2});
  EXPECT_EQ(take(10, true).size(), 2U);
  EXPECT_EQ(take(10, true).size(), 2U);
}

TEST_F(StrandTest, IsReadyOnlyWithRoomAndNothingHeld) {
  EXPECT_FALSE(strand.ready());
  strand.push_back({&a, 0, 2});
  EXPECT_TRUE(strand.ready());
  strand.holds = 1;
  EXPECT_FALSE(strand.ready());
  strand.holds = 0;
  strand.out = 1;
  EXPECT_FALSE(strand.ready());
  strand.out_max = 2;
  EXPECT_TRUE(strand.ready());
}

TEST_F(StrandTest, StorageDoesNotGrowWithWhatHasPassed) {
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    strand.push_back({i % 2 == 0 ? &a : &b, i, i + 1});
    if (strand.queued() > 10) {
      EXPECT_EQ(take(1), (Positions{i - 10}));
    }
  }
  EXPECT_EQ(strand.queued(), 10U);
}

TEST_F(StrandTest, CutTakesOutWhatLiesAtTheMarkOrBehindIt) {
  a.records.offsets = {10, 11, 15, 16};
  b.records.offsets = {20, 21};
  // Not in offset order, as with several runs out that gave back.
  strand.push_back({&b, 0, 2});
  strand.push_back({&a, 1, 4});
  EXPECT_EQ(take(1), Positions({0}));
  EXPECT_EQ(strand.cut(Offset{16}), 2U);
  EXPECT_EQ(strand.queued(), 2U);
  strand.push_front({&a, 0, 1});
  EXPECT_EQ(take(10), Positions({0, 1, 2}));
  strand.push_back({&a, 0, 4});
  EXPECT_EQ(strand.cut(Offset{}), 4U) << "no mark: nothing stays";
  EXPECT_TRUE(strand.empty());
}

}  // namespace
}  // namespace strandline::test

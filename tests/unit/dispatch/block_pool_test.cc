#include "dispatch/block_pool.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <thread>
#include <unordered_set>
#include <vector>

namespace strandline::detail {
namespace {

constexpr std::size_t kSize = 48;

TEST(BlockPool, GivesOutWhatCameBack) {
  BlockPool pool(kSize);
  const BlockPool::Block block = pool.take();
  pool.give_back(block);
  EXPECT_EQ(pool.take().memory, block.memory);
  pool.give_back(block);
}

TEST(BlockPool, GivesOutNothingTwice) {
  BlockPool pool(kSize);
  const BlockPool::Block first = pool.take();
  const BlockPool::Block second = pool.take();
  EXPECT_NE(first.memory, second.memory);
  pool.give_back(first);
  pool.give_back(second);
}

TEST(BlockPool, TheTailGrowsAndNeverShrinks) {
  BlockPool pool(kSize);
  const BlockPool::Block small = pool.take();
  EXPECT_EQ(small.tail, 0U);
  pool.give_back(small);
  pool.want_tail(200);
  pool.want_tail(100);
  const BlockPool::Block grown = pool.take();
  EXPECT_EQ(grown.tail, 200U);
  // All of it may be written: a checker of memory would say otherwise.
  std::memset(grown.memory, 1, kSize + grown.tail);
  pool.give_back(grown);
  const BlockPool::Block again = pool.take();
  EXPECT_EQ(again.memory, grown.memory);
  EXPECT_EQ(again.tail, 200U);
  pool.give_back(again);
}

TEST(BlockPool, BlocksComeBackFromAllThreadsAndAreOutOnce) {
  static constexpr std::size_t kThreads = 4;
  static constexpr std::size_t kRounds = 200;
  BlockPool pool(kSize);
  std::unordered_set<void*> ever;
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<BlockPool::Block> out;
    for (std::size_t i = 0; i < 4 * kThreads; ++i) out.push_back(pool.take());
    std::unordered_set<void*> now;
    for (const BlockPool::Block& block : out) now.insert(block.memory);
    ASSERT_EQ(now.size(), out.size());
    ever.merge(now);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        for (std::size_t b = i; b < out.size(); b += kThreads) {
          std::memset(out[b].memory, static_cast<int>(i), kSize);
          pool.give_back(out[b]);
        }
      });
    }
  }
  EXPECT_EQ(ever.size(), 4 * kThreads) << "what came back is used before more is made";
}

}  // namespace
}  // namespace strandline::detail

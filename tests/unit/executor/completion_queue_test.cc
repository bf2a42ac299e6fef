#include "executor/completion_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

TimePoint never() { return std::chrono::steady_clock::now() + 30s; }
constexpr TimePoint kPassed{};

TEST(CompletionQueue, IsEmptyAtFirst) {
  Doorbell bell;
  CompletionQueue<int> queue(bell);
  std::array<int, 4> out{};
  EXPECT_EQ(queue.pop_bulk(out.data(), out.size()), 0U);
  EXPECT_FALSE(bell.wait_until(kPassed));
}

TEST(CompletionQueue, PushRingsAndKeepsTheOrderOfAThread) {
  Doorbell bell;
  CompletionQueue<int> queue(bell);
  for (int i = 0; i < 100; ++i) queue.push(i);
  EXPECT_TRUE(bell.wait_until(kPassed));
  std::array<int, 64> out{};
  ASSERT_EQ(queue.pop_bulk(out.data(), out.size()), 64U);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(out[static_cast<std::size_t>(i)], i);
  ASSERT_EQ(queue.pop_bulk(out.data(), out.size()), 36U);
  EXPECT_EQ(out[35], 99);
}

TEST(CompletionQueue, TakesMoveOnlyElements) {
  Doorbell bell;
  CompletionQueue<std::unique_ptr<int>> queue(bell);
  queue.push(std::make_unique<int>(7));
  std::unique_ptr<int> out;
  ASSERT_EQ(queue.pop_bulk(&out, 1), 1U);
  EXPECT_EQ(*out, 7);
}

TEST(CompletionQueue, WhatIsLeftInItIsDestroyed) {
  Doorbell bell;
  const auto held = std::make_shared<int>(1);
  {
    CompletionQueue<std::shared_ptr<int>> queue(bell);
    queue.push(held);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

struct Item {
  std::uint32_t thread = 0;
  std::uint32_t number = 0;
};

// The poller sleeps whenever it finds nothing: an element or a ring that is lost ends this at the
// deadline.
TEST(CompletionQueue, ManyPushersLoseNothingAndKeepTheirOrder) {
  static constexpr std::uint32_t kThreads = 4;
  static constexpr std::uint32_t kEach = 20'000;
  Doorbell bell;
  CompletionQueue<Item> queue(bell);
  std::vector<std::thread> pushers;
  pushers.reserve(kThreads);
  for (std::uint32_t t = 0; t < kThreads; ++t) {
    pushers.emplace_back([&queue, t] {
      for (std::uint32_t i = 0; i < kEach; ++i) queue.push({t, i});
    });
  }
  std::array<std::uint32_t, kThreads> next{};
  std::size_t received = 0;
  std::size_t misordered = 0;
  bool on_time = true;
  while (received < std::size_t{kThreads} * kEach && on_time) {
    std::array<Item, 64> out{};
    const std::size_t count = queue.pop_bulk(out.data(), out.size());
    for (std::size_t i = 0; i < count; ++i) {
      if (out[i].number != next[out[i].thread]++) ++misordered;
    }
    received += count;
    if (count == 0) on_time = bell.wait_until(never());
  }
  for (std::thread& pusher : pushers) pusher.join();
  EXPECT_TRUE(on_time);
  EXPECT_EQ(received, std::size_t{kThreads} * kEach);
  EXPECT_EQ(misordered, 0U);
}

}  // namespace
}  // namespace strandline::detail

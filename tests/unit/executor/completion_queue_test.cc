#include "executor/completion_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <thread>
#include <vector>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

TimePoint never() { return std::chrono::steady_clock::now() + 30s; }
constexpr TimePoint kPassed{};

struct Element final : CompletionLink {
  std::uint32_t thread = 0;
  std::uint32_t number = 0;
};

TEST(CompletionQueue, IsEmptyAtFirst) {
  Doorbell bell;
  CompletionQueue<Element> queue(bell);
  std::array<Element*, 4> out{};
  EXPECT_EQ(queue.pop_bulk(out.data(), out.size()), 0U);
  EXPECT_FALSE(bell.wait_until(kPassed));
}

TEST(CompletionQueue, PushRingsAndKeepsTheOrder) {
  Doorbell bell;
  CompletionQueue<Element> queue(bell);
  std::vector<Element> elements(100);
  for (std::size_t i = 0; i < elements.size(); ++i) queue.push(elements[i]);
  EXPECT_TRUE(bell.wait_until(kPassed));
  std::array<Element*, 64> out{};
  ASSERT_EQ(queue.pop_bulk(out.data(), out.size()), 64U);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(out[i], &elements[i]);
  Element late;
  queue.push(late);
  ASSERT_EQ(queue.pop_bulk(out.data(), out.size()), 37U)
      << "what is left, then what has come since";
  EXPECT_EQ(out[35], &elements[99]);
  EXPECT_EQ(out[36], &late);
}

TEST(CompletionQueue, AnElementCanBePushedAgainOnceItIsPopped) {
  Doorbell bell;
  CompletionQueue<Element> queue(bell);
  Element element;
  std::array<Element*, 2> out{};
  for (int i = 0; i < 3; ++i) {
    queue.push(element);
    ASSERT_EQ(queue.pop_bulk(out.data(), out.size()), 1U);
    EXPECT_EQ(out[0], &element);
  }
}

// The poller sleeps whenever it finds nothing: an element or a ring that is lost ends this at the
// deadline.
TEST(CompletionQueue, ManyPushersLoseNothingAndKeepTheirOrder) {
  static constexpr std::uint32_t kThreads = 4;
  static constexpr std::uint32_t kEach = 20'000;
  Doorbell bell;
  CompletionQueue<Element> queue(bell);
  std::vector<std::vector<Element>> elements(kThreads, std::vector<Element>(kEach));
  std::vector<std::thread> pushers;
  pushers.reserve(kThreads);
  for (std::uint32_t t = 0; t < kThreads; ++t) {
    pushers.emplace_back([&queue, &own = elements[t], t] {
      for (std::uint32_t i = 0; i < kEach; ++i) {
        own[i].thread = t;
        own[i].number = i;
        queue.push(own[i]);
      }
    });
  }
  std::array<std::uint32_t, kThreads> next{};
  std::size_t received = 0;
  std::size_t misordered = 0;
  bool on_time = true;
  while (received < std::size_t{kThreads} * kEach && on_time) {
    std::array<Element*, 64> out{};
    const std::size_t count = queue.pop_bulk(out.data(), out.size());
    for (std::size_t i = 0; i < count; ++i) {
      if (out[i]->number != next[out[i]->thread]++) ++misordered;
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

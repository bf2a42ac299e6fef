#include "base/doorbell.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

// What no correct run ever reaches.
TimePoint never() { return std::chrono::steady_clock::now() + 30s; }
constexpr TimePoint kPassed{};

TEST(Doorbell, WithoutARingTheDeadlineEndsTheWait) {
  Doorbell bell;
  EXPECT_FALSE(bell.wait_until(kPassed));
}

TEST(Doorbell, RingBeforeTheWaitIsRemembered) {
  Doorbell bell;
  bell.ring();
  EXPECT_TRUE(bell.wait_until(kPassed));
  EXPECT_FALSE(bell.wait_until(kPassed));
}

TEST(Doorbell, ManyRingsWakeOnce) {
  Doorbell bell;
  bell.ring();
  bell.ring();
  bell.ring();
  EXPECT_TRUE(bell.wait_until(never()));
  EXPECT_FALSE(bell.wait_until(kPassed));
}

TEST(Doorbell, RingWakesAWaiter) {
  Doorbell bell;
  std::thread ringer([&] { bell.ring(); });
  EXPECT_TRUE(bell.wait_until(never()));
  ringer.join();
}

// Each side moves only when the other has been heard: one lost ring and both wait for ever.
TEST(Doorbell, PingPongLosesNoRing) {
  static constexpr int kRounds = 20'000;
  Doorbell ping;
  Doorbell pong;
  int heard = 0;
  std::thread other([&] {
    for (int i = 0; i < kRounds; ++i) {
      if (!ping.wait_until(never())) return;
      ++heard;
      pong.ring();
    }
  });
  int answered = 0;
  for (int i = 0; i < kRounds; ++i) {
    ping.ring();
    if (!pong.wait_until(never())) break;
    ++answered;
  }
  other.join();
  EXPECT_EQ(heard, kRounds);
  EXPECT_EQ(answered, kRounds);
}

// "Look for work, find none, wait": what was counted up before a ring is never slept over.
TEST(Doorbell, WorkOfManyRingersIsNotSleptOver) {
  static constexpr int kEach = 20'000;
  static constexpr int kThreads = 3;
  Doorbell bell;
  std::atomic<int> work{0};
  std::vector<std::thread> ringers;
  ringers.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    ringers.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        work.fetch_add(1, std::memory_order_relaxed);
        bell.ring();
      }
    });
  }
  int done = 0;
  bool on_time = true;
  while (done < kEach * kThreads && on_time) {
    const int taken = work.exchange(0, std::memory_order_relaxed);
    done += taken;
    if (taken == 0) on_time = bell.wait_until(never());
  }
  for (std::thread& ringer : ringers) ringer.join();
  EXPECT_TRUE(on_time);
  EXPECT_EQ(done, kEach * kThreads);
}

}  // namespace
}  // namespace strandline::detail

#include <strandline/task.h>

#include "dispatch/dispatch_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <coroutine>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace strandline::test {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

/// Suspends, and leaves it to the test to resume.
struct Foreign {
  std::vector<std::coroutine_handle<>>& waiters;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const { waiters.push_back(waiter); }
  void await_resume() const noexcept {}
};

/// Notes that the frame it is in is gone.
struct Guard {
  explicit Guard(int& counter) : gone(counter) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { ++gone; }
  int& gone;
};

struct CoroutineDispatch : testing::Test {
  static ConsumerConfig at_once(Ordering order = Ordering::none) {
    ConsumerConfig config = rig_config(order);
    config.failure.attempts_max = 1;
    return config;
  }

  std::vector<std::coroutine_handle<>> waiters;
  int gone = 0;
};

TEST_F(CoroutineDispatch, EndsOnAForeignThread) {
  const auto handler = [&](const Record&) -> Task<void> {
    const Guard guard(gone);
    co_await Foreign{waiters};
  };
  DispatchRig rig(rig_config(Ordering::none), handler);
  auto& partition = rig.assign();
  for (std::int64_t round = 0; round < 3; ++round) {
    rig.admit(partition, 20 * round, 20);
    rig.run_all();
    ASSERT_EQ(waiters.size(), 20U);
    std::jthread([this] {
      for (const auto waiter : waiters) waiter.resume();
    }).join();
    waiters.clear();
    rig.run_all();
  }
  EXPECT_EQ(gone, 60);
  EXPECT_EQ(rig.position(partition), 60);
}

// Not a lambda with captures: the handler goes with the consumer, and this outlives it.
Task<Outcome> late(Context& context, std::vector<std::coroutine_handle<>>& waiters, int& stopped,
                   int& gone) {
  const Guard guard(gone);
  co_await Foreign{waiters};
  EXPECT_EQ(context.topic_partition().topic, "orders");
  stopped += context.stop_token().stop_requested() ? 1 : 0;
  co_return Outcome::done;
}

TEST_F(CoroutineDispatch, EndsOnAForeignThreadAfterItsConsumerIsGone) {
  int stopped = 0;
  const auto handler = [&](const Record&, Context& context) {
    return late(context, waiters, stopped, gone);
  };
  {
    DispatchRig rig(rig_config(Ordering::none), handler);
    auto& partition = rig.assign();
    // More than once, so that the memory of those left has been used before.
    for (std::int64_t round = 0; round < 3; ++round) {
      for (const auto waiter : std::exchange(waiters, {})) waiter.resume();
      rig.run_all();
      rig.admit(partition, 3 * round, 3);
      rig.run_all();
    }
    rig.dispatcher().fence(partition);
  }
  std::jthread([this] {
    for (const auto waiter : waiters) waiter.resume();
  }).join();
  EXPECT_EQ(gone, 9);
  EXPECT_EQ(stopped, 3);
}

TEST_F(CoroutineDispatch, AFrameOfAnySizeWorks) {
  std::size_t sum = 0;
  const auto handler = [&](const Record&) -> Task<void> {
    const Guard guard(gone);
    std::array<unsigned char, 5000> local{};
    local.fill(1);
    co_await Foreign{waiters};
    sum += std::accumulate(local.begin(), local.end(), std::size_t{0});
  };
  DispatchRig rig(rig_config(Ordering::none), handler);
  auto& partition = rig.assign();
  for (std::int64_t round = 0; round < 3; ++round) {
    rig.admit(partition, 4 * round, 4);
    rig.run_all();
    for (const auto waiter : std::exchange(waiters, {})) waiter.resume();
    rig.run_all();
  }
  EXPECT_EQ(sum, 12U * 5000U);
  EXPECT_EQ(gone, 12);
  EXPECT_EQ(rig.position(partition), 12);
}

Task<std::size_t> depth_of(std::size_t depth, std::vector<std::coroutine_handle<>>& waiters) {
  if (depth == 0) {
    co_await Foreign{waiters};
    co_return 0;
  }
  const std::size_t below = co_await depth_of(depth - 1, waiters);
  co_return below + 1;
}

TEST_F(CoroutineDispatch, NestedTasksBeforeAndAfterASuspension) {
  std::size_t depth = 0;
  const auto handler = [&](const Record& record) -> Task<void> {
    // As many as have room behind their call, and more.
    const auto levels = static_cast<std::size_t>(record.offset().value());
    depth += co_await depth_of(levels, waiters);
    depth += co_await depth_of(levels, waiters);
  };
  DispatchRig rig(rig_config(Ordering::none), handler);
  auto& partition = rig.assign();
  for (std::int64_t round = 0; round < 3; ++round) {
    rig.admit(partition, 40 * round, 40);
    rig.run_all();
    for (const auto waiter : std::exchange(waiters, {})) waiter.resume();
    for (const auto waiter : std::exchange(waiters, {})) waiter.resume();
    rig.run_all();
  }
  EXPECT_EQ(depth, 2U * (119U * 120U / 2U));
  EXPECT_EQ(rig.position(partition), 120);
}

TEST_F(CoroutineDispatch, AThrowBeforeTheFirstSuspensionFailsTheRecord) {
  const auto handler = [&](const Record&) -> Task<void> {
    const Guard guard(gone);
    throw std::runtime_error("refused at once");
    co_return;
  };
  DispatchRig rig(at_once(), handler);
  rig.admit(rig.assign(), 0, 1);
  rig.run_all();
  ASSERT_TRUE(rig.stopped);
  EXPECT_THAT(rig.stopped->message, HasSubstr("refused at once"));
  EXPECT_EQ(gone, 1);
}

TEST_F(CoroutineDispatch, AThrowAfterASuspensionFailsTheRecord) {
  const auto handler = [&](const Record&) -> Task<void> {
    const Guard guard(gone);
    co_await Foreign{waiters};
    throw std::runtime_error("refused later");
  };
  DispatchRig rig(at_once(), handler);
  rig.admit(rig.assign(), 0, 1);
  rig.run_all();
  ASSERT_EQ(waiters.size(), 1U);
  waiters[0].resume();
  rig.run_all();
  ASSERT_TRUE(rig.stopped);
  EXPECT_THAT(rig.stopped->message, HasSubstr("refused later"));
  EXPECT_EQ(gone, 1);
}

/// A coroutine of the application's own, which ends by itself.
struct Loose {
  struct promise_type {
    [[nodiscard]] Loose get_return_object() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

TEST_F(CoroutineDispatch, ATaskKeptBeyondItsCallIsStillThere) {
  int ran = 0;
  std::optional<Task<void>> kept;
  const auto task = [&]() -> Task<void> {
    const Guard guard(gone);
    ++ran;
    co_return;
  };
  const auto handler = [&](const Record&, Completion completion) {
    if (!kept) kept.emplace(task());
    std::move(completion).done();
  };
  {
    DispatchRig rig(rig_config(Ordering::none), handler);
    auto& partition = rig.assign();
    rig.admit(partition, 0, 20);
    rig.run_all();
    kept.reset();
    rig.admit(partition, 20, 20);  // now there is room behind the calls
    rig.run_all();
    rig.admit(partition, 40, 20);
    rig.run_all();
    EXPECT_EQ(rig.position(partition), 60);
    rig.dispatcher().fence(partition);
  }
  [](std::optional<Task<void>>& own) -> Loose { co_await std::move(*own); }(kept);
  EXPECT_EQ(ran, 1);
  kept.reset();
  EXPECT_EQ(gone, 1);
}

}  // namespace
}  // namespace strandline::test

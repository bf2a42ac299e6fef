#include <strandline/task.h>

#include "dispatch/dispatch_rig.h"
#include "support/allocations.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

/// What goes through `handler`, round by round, and how often the last rounds allocate.
struct AsyncMemory : testing::Test {
  static constexpr std::size_t kRecords = 64;

  /// `then` is what happens to a round's records when they have begun.
  template <class Handler, class Then>
  std::uint64_t allocations_when_steady(Ordering order, Handler handler, Then then) {
    DispatchRig rig(rig_config(order), std::move(handler));
    auto& partition = rig.assign();
    std::vector<std::optional<std::string>> keys;
    for (std::size_t i = 0; i < kRecords; ++i) keys.emplace_back("key " + std::to_string(i));
    std::uint64_t in_last_rounds = 0;
    std::int64_t offset = 0;
    for (int round = 0; round < 20; ++round) {
      rig.admit(partition, offset, keys);
      offset += kRecords;
      const std::uint64_t before = allocations();
      rig.run_all();
      then(rig);
      if (round >= 10) in_last_rounds += allocations() - before;
    }
    EXPECT_EQ(rig.position(partition), offset);
    return in_last_rounds;
  }
};

TEST_F(AsyncMemory, CompletionsAllocateNothing) {
  std::vector<Completion> held;
  held.reserve(kRecords);
  const auto handler = [&](const Record&, Completion completion) {
    held.push_back(std::move(completion));
  };
  const auto answer = [&](DispatchRig& rig) {
    while (!held.empty()) {
      for (Completion& completion : held) std::move(completion).done();
      held.clear();
      rig.run_all();
    }
  };
  EXPECT_EQ(allocations_when_steady(Ordering::none, handler, answer), 0U);
  EXPECT_EQ(allocations_when_steady(Ordering::partition, handler, answer), 0U);
  EXPECT_EQ(allocations_when_steady(Ordering::key, handler, answer), 0U);
}

Task<int> one() { co_return 1; }

TEST_F(AsyncMemory, CoroutinesAllocateNothing) {
  int sum = 0;
  const auto handler = [&](const Record&) -> Task<Outcome> {
    // More than there is room for: each gives its own back to the next.
    for (int i = 0; i < 1000; ++i) sum += co_await one();
    co_return Outcome::done;
  };
  const auto nothing = [](DispatchRig&) {};
  EXPECT_EQ(allocations_when_steady(Ordering::none, handler, nothing), 0U);
  EXPECT_EQ(allocations_when_steady(Ordering::key, handler, nothing), 0U);
}

TEST_F(AsyncMemory, SleepsAllocateNothing) {
  const auto handler = [](const Record&, Context& context) -> Task<void> {
    co_await context.reschedule();
    co_await context.sleep(5ms);
  };
  const auto sleep = [](DispatchRig& rig) { rig.pass(6ms); };
  EXPECT_EQ(allocations_when_steady(Ordering::none, handler, sleep), 0U);
}

}  // namespace
}  // namespace strandline::test

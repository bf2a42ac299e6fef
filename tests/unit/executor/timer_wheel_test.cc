#include "executor/timer_wheel.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

class CallTimer final : public Timer {
 public:
  explicit CallTimer(std::function<void()> call) : call_(std::move(call)) {}
  void on_due() override { call_(); }

 private:
  std::function<void()> call_;
};

struct TimerWheelTest : testing::Test {
  TimePoint start{1h};
  TimerWheel wheel{start};
  std::vector<int> fired;

  [[nodiscard]] std::function<void()> note(int number) {
    return [this, number] { fired.push_back(number); };
  }
};

TEST_F(TimerWheelTest, EmptyOneHasNothingDue) {
  EXPECT_FALSE(wheel.next_due());
  EXPECT_EQ(wheel.advance(start + 24h), 0U);
}

TEST_F(TimerWheelTest, NeverFiresEarly) {
  CallTimer timer(note(1));
  wheel.schedule(timer, start + 1500us);  // between two ticks
  EXPECT_TRUE(timer.scheduled());
  EXPECT_EQ(wheel.advance(start + 1999us), 0U);
  EXPECT_EQ(wheel.advance(start + 2ms), 1U);
  EXPECT_FALSE(timer.scheduled());
  EXPECT_EQ(wheel.advance(start + 1h), 0U);
}

TEST_F(TimerWheelTest, FiresAtATickExactly) {
  CallTimer timer(note(1));
  wheel.schedule(timer, start + 3ms);
  EXPECT_EQ(wheel.next_due(), start + 3ms);
  EXPECT_EQ(wheel.advance(start + 3ms - 1ns), 0U);
  EXPECT_EQ(wheel.advance(start + 3ms), 1U);
}

TEST_F(TimerWheelTest, OneJumpFiresInTheOrderOfTime) {
  CallTimer hour(note(4));
  CallTimer second(note(3));
  CallTimer soon(note(1));
  CallTimer block(note(2));
  wheel.schedule(hour, start + 1h);
  wheel.schedule(block, start + 64ms);
  wheel.schedule(second, start + 1s);
  wheel.schedule(soon, start + 63ms);
  EXPECT_EQ(wheel.advance(start + 2h), 4U);
  EXPECT_EQ(fired, (std::vector{1, 2, 3, 4}));
}

TEST_F(TimerWheelTest, WhatIsOverdueFiresAtTheNextAdvance) {
  wheel.advance(start + 10s);
  CallTimer timer(note(1));
  wheel.schedule(timer, start);
  EXPECT_LE(wheel.next_due().value_or(TimePoint::max()), start + 10s);
  EXPECT_EQ(wheel.advance(start + 10s), 1U);
}

TEST_F(TimerWheelTest, CancelledDoesNotFire) {
  CallTimer timer(note(1));
  wheel.cancel(timer);
  wheel.schedule(timer, start + 5ms);
  wheel.cancel(timer);
  EXPECT_FALSE(timer.scheduled());
  EXPECT_FALSE(wheel.next_due());
  EXPECT_EQ(wheel.advance(start + 1s), 0U);
}

TEST_F(TimerWheelTest, ScheduledAgainMoves) {
  CallTimer timer(note(1));
  wheel.schedule(timer, start + 5ms);
  wheel.schedule(timer, start + 50ms);
  EXPECT_EQ(wheel.advance(start + 49ms), 0U);
  EXPECT_EQ(wheel.advance(start + 50ms), 1U);
}

TEST_F(TimerWheelTest, MovesFromOneWheelToAnother) {
  TimerWheel other(start);
  CallTimer timer(note(1));
  wheel.schedule(timer, start + 5ms);
  other.schedule(timer, start + 5ms);
  EXPECT_EQ(wheel.advance(start + 1s), 0U);
  EXPECT_EQ(other.advance(start + 1s), 1U);
}

TEST_F(TimerWheelTest, DestroyedTimerIsCancelled) {
  {
    CallTimer timer(note(1));
    wheel.schedule(timer, start + 5ms);
  }
  EXPECT_FALSE(wheel.next_due());
  EXPECT_EQ(wheel.advance(start + 1s), 0U);
}

TEST_F(TimerWheelTest, DestroyedWheelLetsGoOfItsTimers) {
  CallTimer soon(note(1));
  CallTimer overdue(note(2));
  {
    TimerWheel other(start);
    other.advance(start + 1s);
    other.schedule(soon, start + 2s);
    other.schedule(overdue, start);
  }
  EXPECT_FALSE(soon.scheduled());
  EXPECT_FALSE(overdue.scheduled());
}

TEST_F(TimerWheelTest, TimerMayScheduleItselfAgain) {
  std::unique_ptr<CallTimer> timer;
  TimePoint due = start + 10ms;
  timer = std::make_unique<CallTimer>([&] {
    fired.push_back(1);
    due += 10ms;
    wheel.schedule(*timer, due);
  });
  wheel.schedule(*timer, due);
  EXPECT_EQ(wheel.advance(start + 55ms), 5U);
  EXPECT_EQ(wheel.next_due(), start + 60ms);
}

TEST_F(TimerWheelTest, RepeatingForThePastDoesNotKeepAdvanceBusy) {
  std::unique_ptr<CallTimer> timer;
  timer = std::make_unique<CallTimer>([&] {
    fired.push_back(1);
    wheel.schedule(*timer, start);
  });
  wheel.schedule(*timer, start);
  EXPECT_EQ(wheel.advance(start + 1ms), 1U);
  EXPECT_EQ(wheel.advance(start + 1ms), 1U);
  EXPECT_TRUE(timer->scheduled());
}

TEST_F(TimerWheelTest, TimerMayCancelOneThatIsDueWithIt) {
  CallTimer second(note(2));
  CallTimer first([&] { wheel.cancel(second); });
  CallTimer third(note(3));
  for (CallTimer* timer : {&first, &second, &third}) wheel.schedule(*timer, start + 5ms);
  EXPECT_EQ(wheel.advance(start + 5ms), 2U);
  EXPECT_EQ(fired, std::vector{3});
}

TEST_F(TimerWheelTest, TimerMayPutOffOneThatIsDueWithIt) {
  CallTimer second(note(2));
  CallTimer first([&] { wheel.schedule(second, start + 9ms); });
  wheel.schedule(first, start + 5ms);
  wheel.schedule(second, start + 5ms);
  EXPECT_EQ(wheel.advance(start + 8ms), 1U);
  EXPECT_EQ(wheel.next_due(), start + 9ms);
  EXPECT_EQ(wheel.advance(start + 9ms), 1U);
}

TEST_F(TimerWheelTest, TimerMayEndItselfAndOthers) {
  auto other = std::make_unique<CallTimer>(note(2));
  std::unique_ptr<CallTimer> timer;
  timer = std::make_unique<CallTimer>([&] {
    fired.push_back(1);
    other.reset();
    timer.reset();
  });
  wheel.schedule(*timer, start + 5ms);
  wheel.schedule(*other, start + 5ms);
  EXPECT_EQ(wheel.advance(start + 5ms), 1U);
  EXPECT_EQ(fired, std::vector{1});
  EXPECT_FALSE(wheel.next_due());
}

TEST_F(TimerWheelTest, WhatComesAfterAnExceptionIsNotLost) {
  CallTimer first([] { throw std::runtime_error("broken"); });
  CallTimer second(note(2));
  CallTimer third(note(3));
  wheel.schedule(first, start + 5ms);
  wheel.schedule(second, start + 5ms);
  wheel.schedule(third, start + 6ms);
  EXPECT_THROW(wheel.advance(start + 7ms), std::runtime_error);
  EXPECT_LE(wheel.next_due().value_or(TimePoint::max()), start + 5ms);
  EXPECT_EQ(wheel.advance(start + 7ms), 2U);
  EXPECT_EQ(fired, (std::vector{2, 3}));
}

TEST_F(TimerWheelTest, TimeThatGoesBackChangesNothing) {
  CallTimer timer(note(1));
  wheel.advance(start + 1s);
  wheel.schedule(timer, start + 2s);
  EXPECT_EQ(wheel.advance(start - 5s), 0U);
  EXPECT_EQ(wheel.advance(start + 1999ms), 0U);
  EXPECT_EQ(wheel.advance(start + 2s), 1U);
}

TEST_F(TimerWheelTest, HoldsTheFarthestTime) {
  CallTimer timer(note(1));
  wheel.schedule(timer, TimePoint::max());
  ASSERT_TRUE(wheel.next_due());
  EXPECT_EQ(wheel.advance(start + 24h * 365 * 100), 0U);
  EXPECT_TRUE(timer.scheduled());
  wheel.cancel(timer);
  EXPECT_FALSE(wheel.next_due());
}

TEST(TimerWheelDeathTest, RefusesATickOfNothing) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(TimerWheel(TimePoint{}, Duration::zero()), "tick");
}

}  // namespace
}  // namespace strandline::detail

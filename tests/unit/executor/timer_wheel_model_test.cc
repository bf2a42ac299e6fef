#include "executor/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

/// The wheel beside a sorted list that does the same in the simplest way.
class WheelAgainstModel {
 public:
  WheelAgainstModel(std::uint64_t seed, Duration tick)
      : random_(seed), tick_(tick), now_(TimePoint(1h)), start_(now_), wheel_(start_, tick) {
    for (int i = 0; i < kTimers; ++i) timers_.emplace_back(*this, i);
  }

  void step() {
    switch (random_() % 8) {
      case 0:
        return cancel(pick());
      case 1:
      case 2:
        return advance();
      default:
        return schedule(pick(), now_ + random_delay());
    }
  }

 private:
  static constexpr int kTimers = 40;

  class ModelTimer final : public Timer {
   public:
    ModelTimer(WheelAgainstModel& owner, int number) : owner_(&owner), number_(number) {}
    void on_due() override { owner_->on_due(number_); }

   private:
    WheelAgainstModel* owner_;
    int number_;
  };

  int pick() { return static_cast<int>(random_() % kTimers); }
  // From nothing to weeks, each length of a number as often as any other; sometimes in the past.
  Duration random_delay() {
    const Duration delay((random_() >> 14) >> (random_() % 50));
    return random_() % 10 == 0 ? -delay : delay;
  }

  void schedule(int number, TimePoint due) {
    wheel_.schedule(timers_[static_cast<std::size_t>(number)], due);
    model_[number] = std::max(tick_of(due), reached_);
  }
  void cancel(int number) {
    wheel_.cancel(timers_[static_cast<std::size_t>(number)]);
    model_.erase(number);
  }

  void advance() {
    const auto next = wheel_.next_due();
    ASSERT_EQ(next.has_value(), !model_.empty());
    if (next) {
      const auto earliest =
          std::ranges::min_element(model_, {}, [](const auto& entry) { return entry.second; });
      // For what is overdue, a time that has been reached is soon enough.
      EXPECT_LE(*next, start_ + tick_ * std::max(earliest->second, reached_)) << "next_due is late";
    }
    // To where the wheel asks for, or somewhere else.
    if (next && random_() % 2 == 0) {
      now_ = std::max(now_, *next);
    } else {
      now_ += std::max(random_delay(), Duration::zero());
    }
    last_fired_ = 0;
    wheel_.advance(now_);
    reached_ = std::max(reached_, (now_ - start_) / tick_);
    for (const auto& [number, due] : model_) {
      EXPECT_TRUE(due > reached_ || scheduled_in_advance_.contains(number))
          << "timer " << number << " did not fire";
    }
    scheduled_in_advance_.clear();
  }

  void on_due(int number) {
    const auto entry = model_.find(number);
    ASSERT_NE(entry, model_.end()) << "fired without being scheduled";
    EXPECT_LE(start_ + tick_ * entry->second, now_) << "fired early";
    EXPECT_GE(entry->second, last_fired_) << "fired out of order";
    last_fired_ = entry->second;
    reached_ = std::max(reached_, last_fired_);
    model_.erase(entry);
    if (random_() % 4 == 0) cancel(pick());
    if (random_() % 3 == 0) {
      const int other = pick();
      schedule(other, start_ + tick_ * last_fired_ + random_delay());
      scheduled_in_advance_[other] = true;
    }
  }

  [[nodiscard]] std::int64_t tick_of(TimePoint due) const {
    if (due <= start_) return 0;
    return (due - start_ + tick_ - Duration(1)) / tick_;
  }

  std::mt19937_64 random_;
  Duration tick_;
  TimePoint now_;
  TimePoint start_;
  TimerWheel wheel_;
  std::deque<ModelTimer> timers_;
  std::map<int, std::int64_t> model_;  ///< timer → the tick it is due at, never behind `reached_`
  std::int64_t reached_ = 0;
  std::int64_t last_fired_ = 0;
  std::map<int, bool> scheduled_in_advance_;
};

TEST(TimerWheelModel, DoesWhatASortedListDoes) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    WheelAgainstModel run(seed, seed % 3 == 0 ? Duration(700us) : Duration(1ms));
    for (int i = 0; i < 1000; ++i) run.step();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace strandline::detail

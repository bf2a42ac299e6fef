// What a timer costs that fires, with many of them.

#include "executor/timer_wheel.h"
#include "micro/per_record.h"

#include <memory>
#include <random>
#include <vector>

namespace {

using namespace strandline::detail;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// Due again and again, after a time of its own.
class Repeating final : public Timer {
 public:
  Repeating(TimerWheel& wheel, TimePoint& now, Duration period)
      : wheel_(wheel), now_(now), period_(period) {
    schedule();
  }
  void schedule() { wheel_.schedule(*this, now_ + period_); }
  void on_due() override { schedule(); }

 private:
  TimerWheel& wheel_;
  TimePoint& now_;
  Duration period_;
};

struct Wheel {
  explicit Wheel(std::size_t timers) {
    std::mt19937_64 random(1);
    std::uniform_int_distribution<std::int64_t> period(1'000, 1'000'000);
    for (std::size_t i = 0; i < timers; ++i) {
      all.push_back(std::make_unique<Repeating>(wheel, now, microseconds(period(random))));
    }
  }
  TimePoint now{};
  TimerWheel wheel{now};
  std::vector<std::unique_ptr<Repeating>> all{};
};

/// `range(0)` timers of 1 ms to 1 s; a millisecond passes in each turn. Per timer that fires.
void timer_wheel_fire(benchmark::State& state) {
  Wheel w(static_cast<std::size_t>(state.range(0)));
  bench::PerRecord unused(state);
  std::int64_t fired = 0;
  for (auto _ : state) {
    w.now += milliseconds(1);
    fired += static_cast<std::int64_t>(w.wheel.advance(w.now));
  }
  unused.report(std::max<std::int64_t>(fired / state.iterations(), 1));
}
BENCHMARK(timer_wheel_fire)->Arg(1'000)->Arg(100'000);

/// Each is put somewhere else and taken out: what a retry or a sleep costs that ends early.
void timer_wheel_schedule_cancel(benchmark::State& state) {
  Wheel w(static_cast<std::size_t>(state.range(0)));
  bench::PerRecord per_timer(state);
  for (auto _ : state) {
    for (const auto& timer : w.all) w.wheel.cancel(*timer);
    for (const auto& timer : w.all) timer->schedule();
  }
  per_timer.report(state.range(0));
}
BENCHMARK(timer_wheel_schedule_cancel)->Arg(1'000)->Arg(100'000);

}  // namespace

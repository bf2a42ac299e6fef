#include "executor/timer_wheel.h"

#include "base/assert.h"

#include <algorithm>
#include <bit>

namespace strandline::detail {

Timer::~Timer() {
  if (wheel_ != nullptr) wheel_->cancel(*this);
}

TimerWheel::TimerWheel(TimePoint start, Duration tick) : start_(start), tick_(tick) {
  STRANDLINE_ASSERT(tick >= std::chrono::microseconds(100),
                    "a timer wheel's tick of 100 us or more");
}

TimerWheel::~TimerWheel() {
  const auto release = [](TimerLink& list) {
    while (!empty(list)) {
      first(list).wheel_ = nullptr;
      unlink(*list.next_);
    }
  };
  for (Head& slot : slots_) release(slot);
  release(overdue_);
  release(firing_);
}

void TimerWheel::schedule(Timer& timer, TimePoint due) {
  if (timer.wheel_ != nullptr) timer.wheel_->cancel(timer);
  timer.wheel_ = this;
  timer.due_tick_ = tick_at_or_after(due);
  if (timer.due_tick_ <= now_) {
    append(overdue_, timer);
  } else {
    place(timer);
  }
}

void TimerWheel::cancel(Timer& timer) noexcept {
  if (timer.wheel_ == nullptr) return;
  STRANDLINE_ASSERT(timer.wheel_ == this, "a timer cancelled in the wheel it is scheduled in");
  timer.wheel_ = nullptr;
  unlink(timer);
  // It may have left this slot for the firing list already; then the slot has other timers or its
  // bit is clear, and either way this changes nothing.
  if (empty(slots_[timer.slot_])) {
    occupied_[timer.slot_ / kSlots] &= ~(std::uint64_t{1} << (timer.slot_ % kSlots));
  }
}

std::size_t TimerWheel::advance(TimePoint now) {
  // What is scheduled for the past from here on waits for the next call, or this one might never
  // end.
  move_all(overdue_, firing_);
  std::size_t fired = fire();
  const std::uint64_t target =
      now < start_ ? 0 : static_cast<std::uint64_t>((now - start_) / tick_);
  for (auto place_of_next = earliest(); place_of_next && place_of_next->tick <= target;
       place_of_next = earliest()) {
    const auto [level, slot, tick] = *place_of_next;
    now_ = tick;
    occupied_[level] &= ~(std::uint64_t{1} << slot);
    Head& list = slots_[level * kSlots + slot];
    if (level == 0) {
      move_all(list, firing_);
      fired += fire();
    } else {
      // Its time has come near: each of them goes to a level below, the first perhaps to the tick
      // of now.
      Head moving;
      move_all(list, moving);
      while (!empty(moving)) {
        Timer& timer = first(moving);
        unlink(timer);
        place(timer);
      }
    }
  }
  now_ = std::max(now_, target);
  return fired;
}

std::size_t TimerWheel::fire() {
  std::size_t fired = 0;
  while (!empty(firing_)) {
    Timer& timer = first(firing_);
    unlink(timer);
    timer.wheel_ = nullptr;
    ++fired;
    timer.on_due();  // the timer may be gone afterwards
  }
  return fired;
}

std::optional<TimePoint> TimerWheel::next_due() const {
  if (!empty(overdue_) || !empty(firing_)) return time_of(now_);
  const auto next = earliest();
  if (!next) return std::nullopt;
  return time_of(next->tick);
}

void TimerWheel::place(Timer& timer) noexcept {
  const std::uint64_t differing = (timer.due_tick_ ^ now_) | 1;
  const std::size_t level = static_cast<std::size_t>(std::bit_width(differing) - 1) / kBits;
  const auto slot = static_cast<std::size_t>(timer.due_tick_ >> (level * kBits)) % kSlots;
  timer.slot_ = level * kSlots + slot;
  occupied_[level] |= std::uint64_t{1} << slot;
  append(slots_[timer.slot_], timer);
}

std::optional<TimerWheel::Place> TimerWheel::earliest() const noexcept {
  // Timers on a lower level share all higher digits with now, those on a higher one are ahead in
  // one: so the lowest level that holds any has the earliest, and within a level no slot is behind
  // now.
  for (std::size_t level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const auto slot = static_cast<std::size_t>(std::countr_zero(occupied_[level]));
    const std::size_t shift = level * kBits;
    const std::uint64_t higher = now_ >> (shift + kBits) << (shift + kBits);
    return Place{level, slot, higher | (static_cast<std::uint64_t>(slot) << shift)};
  }
  return std::nullopt;
}

std::uint64_t TimerWheel::tick_at_or_after(TimePoint time) const noexcept {
  if (time <= start_) return 0;
  return static_cast<std::uint64_t>((time - start_ - Duration(1)) / tick_) + 1;
}

TimePoint TimerWheel::time_of(std::uint64_t tick) const noexcept {
  // A slot's first tick never lies behind a time that was asked for, so this fits.
  return start_ + tick_ * static_cast<Duration::rep>(tick);
}

void TimerWheel::unlink(TimerLink& link) noexcept {
  link.previous_->next_ = link.next_;
  link.next_->previous_ = link.previous_;
  link.previous_ = link.next_ = &link;
}

void TimerWheel::append(TimerLink& list, TimerLink& link) noexcept {
  link.previous_ = list.previous_;
  link.next_ = &list;
  list.previous_->next_ = &link;
  list.previous_ = &link;
}

void TimerWheel::move_all(TimerLink& from, TimerLink& to) noexcept {
  if (empty(from)) return;
  from.next_->previous_ = to.previous_;
  from.previous_->next_ = &to;
  to.previous_->next_ = from.next_;
  to.previous_ = from.previous_;
  from.previous_ = from.next_ = &from;
}

}  // namespace strandline::detail

#pragma once

#include "base/clock.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace strandline::detail {

class TimerWheel;

/// A place in a circular list that a timer can leave without knowing which list it is.
class TimerLink {
 public:
  TimerLink() noexcept : previous_(this), next_(this) {}
  TimerLink(const TimerLink&) = delete;
  TimerLink& operator=(const TimerLink&) = delete;

 protected:
  ~TimerLink() = default;

 private:
  friend class TimerWheel;
  TimerLink* previous_;
  TimerLink* next_;
};

/// Something that is due at a time. Derive from it; it is its own entry in the wheel, so scheduling
/// allocates nothing. Thread: that of its wheel.
class Timer : public TimerLink {
 public:
  Timer() noexcept = default;
  /// It is no longer scheduled when this is called: it may schedule itself or others again, cancel
  /// others, and end itself or others.
  virtual void on_due() = 0;
  [[nodiscard]] bool scheduled() const noexcept { return wheel_ != nullptr; }

 protected:
  ~Timer();

 private:
  friend class TimerWheel;
  TimerWheel* wheel_ = nullptr;  ///< set while scheduled
  std::uint64_t due_tick_ = 0;
  std::size_t slot_ =
      0;  ///< where it was put last; it may have been moved on to the firing list since
};

/// Calls timers when they are due, never before: times are rounded up to the next tick.
///
/// Eight levels of 64 slots, each level counting in slots of the one below. A timer lies on the
/// level of the highest 6-bit digit in which its tick differs from now, and moves down as time
/// comes near; so scheduling and cancelling are O(1), and the earliest timer is found from one
/// bitmap per level.
///
///   level 0  |tick|tick|…      level 1  |64 ticks|64 ticks|…      level 2  |4096 ticks|…
///
/// One thread (the poller) does everything. Destroying it unschedules its timers.
class TimerWheel {
 public:
  /// `tick`, at least 100 µs, is what times are rounded up to.
  explicit TimerWheel(TimePoint start, Duration tick = std::chrono::milliseconds(1));
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  ~TimerWheel();

  /// Again for one that is scheduled moves it, from another wheel as well. One whose time has
  /// passed fires at the next `advance`, also when it is scheduled inside one, so that `advance`
  /// always ends.
  void schedule(Timer& timer, TimePoint due);
  /// Nothing happens when it is not scheduled.
  void cancel(Timer& timer) noexcept;
  /// Fires what is due at `now`, in the order of the ticks; returns how many. Not from inside
  /// `on_due`. What an `on_due` throws comes out here, and the timers behind it fire at the next
  /// call. A `now` before an earlier one is taken as that one.
  std::size_t advance(TimePoint now);
  /// When to call `advance` next: never later than a timer is due; sometimes earlier, for a timer
  /// that is far away. Nothing when no timer is scheduled.
  [[nodiscard]] std::optional<TimePoint> next_due() const;

 private:
  static constexpr std::size_t kBits = 6;
  static constexpr std::size_t kSlots = std::size_t{1} << kBits;
  static constexpr std::size_t kLevels =
      8;  // 2^48 ticks of 100 µs are longer than a TimePoint lasts

  struct Head final : TimerLink {};
  struct Place {
    std::size_t level;
    std::size_t slot;
    std::uint64_t tick;  ///< the first one that the slot covers
  };

  void place(Timer& timer) noexcept;
  [[nodiscard]] std::optional<Place> earliest() const noexcept;
  std::size_t fire();
  [[nodiscard]] std::uint64_t tick_at_or_after(TimePoint time) const noexcept;
  [[nodiscard]] TimePoint time_of(std::uint64_t tick) const noexcept;

  static bool empty(const TimerLink& list) noexcept { return list.next_ == &list; }
  static void unlink(TimerLink& link) noexcept;
  static void append(TimerLink& list, TimerLink& link) noexcept;
  static void move_all(TimerLink& from, TimerLink& to) noexcept;
  static Timer& first(TimerLink& list) noexcept { return static_cast<Timer&>(*list.next_); }

  TimePoint start_;
  Duration tick_;
  std::uint64_t now_ = 0;  ///< the tick up to which everything has been fired
  std::array<std::uint64_t, kLevels> occupied_{};  ///< a bit per slot that is not empty
  std::array<Head, kLevels * kSlots> slots_;
  Head overdue_;  ///< scheduled for a tick that has passed
  Head firing_;   ///< due now, being called one by one
};

}  // namespace strandline::detail

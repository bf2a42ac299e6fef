#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

/// How these tests wait: for a condition, until a deadline that only a broken consumer reaches.
namespace strandline::testing {

inline constexpr std::chrono::seconds kDeadline{40};

/// True once `done` is; for what can only be looked at (statistics, the cluster), not listened to.
[[nodiscard]] bool eventually(const std::function<bool()>& done,
                              std::chrono::milliseconds deadline = kDeadline);

/// A door that a test opens when it likes, for handlers that shall hang until then.
/// Thread safety: all of it from any thread.
class Door {
 public:
  Door() = default;
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;
  /// A test that fails half-way must not leave a thread behind it waiting.
  ~Door() { open(); }

  void open();
  /// False when nobody has opened it by the deadline.
  bool wait();
  /// How many threads have come to the door, whether it was open or not.
  [[nodiscard]] bool wait_for_visitors(int count);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;  // guarded by mutex_, as is visitors_
  int visitors_ = 0;
};

}  // namespace strandline::testing

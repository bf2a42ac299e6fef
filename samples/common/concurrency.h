#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace samples {

/// How many are at work at the same time, and how many were at most. Thread safety: any thread.
class Concurrency {
 public:
  class Entry {
   public:
    explicit Entry(Concurrency& all) : all_(all) { all_.change(1); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { all_.change(-1); }

   private:
    Concurrency& all_;
  };

  /// At work until what it returns goes.
  [[nodiscard]] Entry enter() { return Entry{*this}; }

  /// Waits until `count` have been at work at once, at most a second.
  void wait_for(unsigned count) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, std::chrono::seconds{1}, [&] { return highest_ >= count; });
  }

  [[nodiscard]] unsigned highest() const {
    const std::scoped_lock lock{mutex_};
    return highest_;
  }

 private:
  void change(int by) {
    const std::scoped_lock lock{mutex_};
    now_ += static_cast<unsigned>(by);
    if (now_ > highest_) highest_ = now_;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  unsigned now_ = 0;
  unsigned highest_ = 0;
};

}  // namespace samples

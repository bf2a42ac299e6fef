#pragma once

#include <strandline/completion.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace strandline::testing {

/// A thread that is no worker of ours and answers what handlers hand over, in order: a stand-in for
/// a database driver's callback thread. What it still holds when it ends is dropped unanswered.
/// Thread safety: `hand_over` from any thread.
class AnsweringThread {
 public:
  using Answer = std::function<void(Completion)>;

  explicit AnsweringThread(Answer answer)
      : answer_(std::move(answer)), thread_([this](std::stop_token stop) { serve(stop); }) {}

  void hand_over(Completion completion) {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(completion));
    changed_.notify_one();
  }

 private:
  void serve(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
      Completion completion = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      answer_(std::move(completion));
      lock.lock();
    }
  }

  const Answer answer_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Completion> waiting_;  // guarded by mutex_
  std::jthread thread_;             // last: it uses all of the above
};

}  // namespace strandline::testing

#pragma once

#include <atomic>

namespace strandline::detail {

/// Whether the jobs of one submitter may begin. Closed by a submitter that ends without an order,
/// and so cannot take back what it has queued. Thread safety: all of it from any thread.
class JobGate {
 public:
  /// What has begun goes on to its end; nothing of it begins any more.
  void close() noexcept { open_.store(false, std::memory_order_release); }
  [[nodiscard]] bool is_open() const noexcept { return open_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> open_{true};
};

/// Something a worker does. Owned by whoever submits it, who must keep it alive until `run` has
/// returned or the pool has given it back unstarted; `run` may end by handing the job itself to its
/// owner.
class Job {
 public:
  /// On a worker thread, once per submission. Nothing may be thrown through it: there is nobody
  /// behind a worker who could handle it.
  virtual void run() noexcept = 0;
  /// What the pool calls: runs it, unless its submitter is gone.
  void begin() noexcept {
    if (gate == nullptr || gate->is_open()) run();
  }

  /// What becomes of one that no worker has begun when the pool is shut down, on the thread that
  /// shuts it down.
  virtual void unstarted() noexcept { begin(); }

  /// Set by the submitter before each submission, read by whoever begins the job; null for one that
  /// always begins. Must outlive the submission.
  const JobGate* gate = nullptr;
  /// Set by the submitter before each submission: begun ahead of those that are not urgent, which
  /// all the same get every other turn of a worker.
  bool urgent = false;

 protected:
  ~Job() = default;
};

}  // namespace strandline::detail

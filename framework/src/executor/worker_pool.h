#pragma once

#include "base/clock.h"
#include "executor/job.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

namespace strandline::detail {

/// A fixed number of threads that run jobs, first submitted, first begun, whoever submitted them:
/// so no consumer in the process and no partition can keep the others from the workers. Urgent jobs
/// go ahead of the others, but a worker that has begun one looks among the others first next time:
/// so these keep half of the workers' turns at least.
///
/// Jobs may block for as long as they like; that is why these are plain threads, many if need be,
/// and why a worker takes one job at a time: one taken in advance would wait behind the other. Idle
/// workers sleep, without spinning first: the broker threads of the client need the cores, and a
/// job lasts far longer than a wake-up. Threads get the system's usual stack: it is address space
/// until it is used, and a handler's recursion is not ours to bound (`ulimit -s` does).
///
/// Thread safety: `submit` and `submit_bulk` from any threads; the rest from the owner.
class WorkerPool {
 public:
  /// `name` is what the threads are called, with a number behind it. Throws strandline::Exception
  /// when the system refuses so many threads.
  WorkerPool(unsigned threads, std::string_view name);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  /// As `shut_down` with no time left and nobody to take the jobs that have not begun.
  ~WorkerPool();

  /// Not once `shut_down` was called: nobody would ever run it. Aborts when there is no memory,
  /// since a job that is dropped would hold its records for ever.
  void submit(Job& job) noexcept;
  /// All of them with one hand-over; begun in this order, urgent ones among themselves and others
  /// among themselves.
  void submit_bulk(Job* const* jobs, std::size_t count) noexcept;

  /// Begins no further job, waits up to `patience` for those that run, and hands those that have
  /// not begun to `unstarted`, on this thread. The answer is how many threads were still inside a
  /// job: they are left to themselves and end with it, so a job that hangs holds up nobody; only
  /// the job and what it uses must live on. A second call finds nothing to do.
  std::size_t shut_down(Duration patience, const std::function<void(Job&)>& unstarted = {});

  [[nodiscard]] std::size_t size() const noexcept { return threads_.size(); }

 private:
  struct Shared;

  void start(unsigned threads, std::string_view name);

  // Owned by the threads as well: one that is left inside a job comes back to it after the pool is
  // gone.
  std::shared_ptr<Shared> shared_;
  std::vector<std::thread> threads_;
};

}  // namespace strandline::detail

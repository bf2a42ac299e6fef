#include "executor/worker_pool.h"

#include <strandline/error.h>

#include "base/assert.h"
#include "base/thread_name.h"

#include <concurrentqueue.h>
#include <lightweightsemaphore.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <system_error>

namespace strandline::detail {

namespace {

// A cache line each: a worker writes its own twice per job.
struct alignas(64) Seat {
  // Written by its worker; read by `shut_down`, which stops looking at workers that are outside a
  // job.
  std::atomic<bool> inside_job{false};
  bool urgent_last = false;  // (its worker) what it began last was urgent
};

struct Line {
  moodycamel::ConcurrentQueue<Job*> queue{};
  // One producer for all who submit, taken in turns: jobs of one producer are strictly first in,
  // first out, while a queue with several may serve the fullest and let the others starve.
  moodycamel::ProducerToken producer{queue};  // guarded by `submitting` where it enqueues

  bool try_take(Job*& job) { return queue.try_dequeue_from_producer(producer, job); }
};

}  // namespace

struct WorkerPool::Shared {
  explicit Shared(unsigned threads) : seats(threads) {}

  void work(Seat& seat) noexcept;
  bool take(Seat& seat, Job*& job) noexcept;
  void leave() noexcept;

  Line urgent{};
  Line others{};
  std::mutex submitting{};  // workers do not take it
  // Counts the jobs in both lines, so that a worker that comes through finds one. No spinning.
  moodycamel::LightweightSemaphore available{0, 0};

  std::atomic<bool> stopping{false};
  std::vector<Seat> seats;
  std::mutex leaving{};
  std::condition_variable left{};
  std::size_t gone = 0;  // guarded by `leaving`
};

void WorkerPool::Shared::work(Seat& seat) noexcept {
  while (true) {
    available.wait();
    if (stopping.load(std::memory_order_acquire)) break;
    // Sits down, then looks again, while `shut_down` says stop, then looks at the seat; both in the
    // one order of seq_cst. So either this thread sees the stop, or `shut_down` sees it inside.
    seat.inside_job.store(true, std::memory_order_seq_cst);
    Job* job = nullptr;
    const bool taken = take(seat, job);
    if (taken) job->begin();
    seat.inside_job.store(false, std::memory_order_release);
    if (!taken) break;
  }
  leave();
}

bool WorkerPool::Shared::take(Seat& seat, Job*& job) noexcept {
  Line& first = seat.urgent_last ? others : urgent;
  Line& second = seat.urgent_last ? urgent : others;
  while (!stopping.load(std::memory_order_seq_cst)) {
    // One is there, as the semaphore says; it can be missed for a moment only, while another worker
    // is half-way through taking its own.
    const bool from_first = first.try_take(job);
    if (!from_first && !second.try_take(job)) continue;
    seat.urgent_last = (from_first ? &first : &second) == &urgent;
    return true;
  }
  return false;
}

void WorkerPool::Shared::leave() noexcept {
  const std::scoped_lock lock(leaving);
  ++gone;
  left.notify_one();
}

WorkerPool::WorkerPool(unsigned threads, std::string_view name)
    : shared_(std::make_shared<Shared>(threads)) {
  try {
    start(threads, name);
  } catch (const std::system_error& error) {
    const std::size_t started = threads_.size();
    shut_down(Duration::zero());
    throw Exception(Error{ErrorCode::internal,
                          "started " + std::to_string(started) + " of " + std::to_string(threads) +
                              " worker threads, then the system refused: " + error.what() +
                              "; lower ConsumerConfig::workers, or raise the limit on processes "
                              "(ulimit -u, pids.max of the control group)"});
  }
}

void WorkerPool::start(unsigned threads, std::string_view name) {
  threads_.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back(
        [shared = shared_, i, own_name = std::string(name) + "-" + std::to_string(i)]() noexcept {
          set_thread_name(own_name);
          shared->work(shared->seats[i]);
        });
  }
}

WorkerPool::~WorkerPool() { shut_down(Duration::zero()); }

void WorkerPool::submit(Job& job) noexcept {
  Job* const one = &job;
  submit_bulk(&one, 1);
}

void WorkerPool::submit_bulk(Job* const* jobs, std::size_t count) noexcept {
  if (count == 0) return;
  STRANDLINE_ASSERT(!shared_->stopping.load(std::memory_order_relaxed),
                    "no job submitted to a worker pool that is shut down");
  {
    const std::scoped_lock lock(shared_->submitting);
    const auto other_kind = [](const Job* a, const Job* b) { return a->urgent != b->urgent; };
    for (Job* const* begin = jobs; begin != jobs + count;) {
      // As far as they go into the same line.
      Job* const* const last = std::adjacent_find(begin, jobs + count, other_kind);
      Job* const* const end = last == jobs + count ? last : last + 1;
      Line& line = (*begin)->urgent ? shared_->urgent : shared_->others;
      STRANDLINE_ASSERT(
          line.queue.enqueue_bulk(line.producer, begin, static_cast<std::size_t>(end - begin)),
          "memory for queueing a job");
      begin = end;
    }
  }
  shared_->available.signal(static_cast<moodycamel::LightweightSemaphore::ssize_t>(count));
}

std::size_t WorkerPool::shut_down(Duration patience, const std::function<void(Job&)>& unstarted) {
  static constexpr Duration kLongest =
      std::chrono::hours(24 * 365);  // beyond, now + patience overflows
  shared_->stopping.store(true, std::memory_order_seq_cst);
  shared_->available.signal(
      static_cast<moodycamel::LightweightSemaphore::ssize_t>(threads_.size()));
  {
    std::unique_lock lock(shared_->leaving);
    shared_->left.wait_for(lock, std::min(patience, kLongest),
                           [this] { return shared_->gone >= threads_.size(); });
  }
  std::size_t stuck = 0;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    if (shared_->seats[i].inside_job.load(std::memory_order_seq_cst)) {
      ++stuck;
      threads_[i].detach();
    } else {
      // It has ended, or is on its way out and stops at nothing.
      threads_[i].join();
    }
  }
  threads_.clear();
  Job* job = nullptr;
  while (shared_->urgent.try_take(job) || shared_->others.try_take(job)) {
    if (unstarted) unstarted(*job);
  }
  return stuck;
}

}  // namespace strandline::detail

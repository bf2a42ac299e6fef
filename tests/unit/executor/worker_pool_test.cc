#include "executor/worker_pool.h"

#include "support/countdown.h"

#include <gtest/gtest.h>

#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;
using test::Countdown;

constexpr auto kLong = 30s;  // what no correct run ever reaches

class CallJob final : public Job {
 public:
  explicit CallJob(std::function<void()> call) : call_(std::move(call)) {}
  void run() noexcept override { call_(); }

 private:
  std::function<void()> call_;
};

TEST(WorkerPool, RunsEveryJobOnce) {
  static constexpr int kJobs = 10'000;
  std::vector<std::atomic<int>> runs(kJobs);
  Countdown all(kJobs);
  std::deque<CallJob> jobs;
  std::vector<Job*> pointers;
  for (int i = 0; i < kJobs; ++i) {
    jobs.emplace_back([&, i] {
      runs[static_cast<std::size_t>(i)].fetch_add(1, std::memory_order_relaxed);
      all.down();
    });
    pointers.push_back(&jobs.back());
  }
  WorkerPool pool(3, "w");
  EXPECT_EQ(pool.size(), 3U);
  pool.submit_bulk(pointers.data(), pointers.size());
  EXPECT_TRUE(all.wait());
  EXPECT_EQ(pool.shut_down(kLong), 0U);
  for (const auto& count : runs) ASSERT_EQ(count.load(), 1);
}

TEST(WorkerPool, SubmittingNothingIsNothing) {
  WorkerPool pool(1, "w");
  pool.submit_bulk(nullptr, 0);
  EXPECT_EQ(pool.shut_down(kLong), 0U);
}

TEST(WorkerPool, ManyThreadsMaySubmit) {
  static constexpr std::size_t kThreads = 3;
  static constexpr std::size_t kEach = 5'000;
  Countdown all(kThreads * kEach);
  CallJob job([&] { all.down(); });
  WorkerPool pool(2, "w");
  std::vector<std::thread> submitters;
  submitters.reserve(kThreads);
  for (std::size_t t = 0; t < kThreads; ++t) {
    submitters.emplace_back([&] {
      for (std::size_t i = 0; i < kEach; ++i) pool.submit(job);
    });
  }
  for (std::thread& submitter : submitters) submitter.join();
  EXPECT_TRUE(all.wait());
  EXPECT_EQ(pool.shut_down(kLong), 0U);
}

TEST(WorkerPool, BeginsInTheOrderOfSubmission) {
  std::vector<int> order;  // one worker writes it, read after the join in shut_down
  Countdown go;
  Countdown all(101);
  CallJob gate([&] {
    EXPECT_TRUE(go.wait());
    all.down();
  });
  std::deque<CallJob> jobs;
  for (int i = 0; i < 100; ++i) {
    jobs.emplace_back([&, i] {
      order.push_back(i);
      all.down();
    });
  }
  WorkerPool pool(1, "w");
  pool.submit(gate);
  // From different threads, one after the other: no submitter overtakes or starves another.
  for (CallJob& job : jobs) std::thread([&] { pool.submit(job); }).join();
  go.down();
  EXPECT_TRUE(all.wait());
  EXPECT_EQ(pool.shut_down(kLong), 0U);
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(WorkerPool, UrgentJobsGoFirstAndLeaveTheOthersEverySecondTurn) {
  std::string order;  // one worker writes it, read after the join in shut_down
  Countdown begun;
  Countdown go;
  Countdown all(7);
  CallJob gate([&] {
    begun.down();
    EXPECT_TRUE(go.wait());
    all.down();
  });
  const auto noting = [&](char name) {
    return CallJob([&, name] {
      order.push_back(name);
      all.down();
    });
  };
  std::deque<CallJob> jobs;
  std::vector<Job*> pointers;
  for (const char name : {'a', 'b', 'U', 'V', 'c', 'W'}) {
    jobs.push_back(noting(name));
    jobs.back().urgent = name < 'a';
    pointers.push_back(&jobs.back());
  }
  WorkerPool pool(1, "w");
  pool.submit(gate);
  ASSERT_TRUE(begun.wait());
  pool.submit_bulk(pointers.data(), pointers.size());
  go.down();
  EXPECT_TRUE(all.wait());
  EXPECT_EQ(pool.shut_down(kLong), 0U);
  EXPECT_EQ(order, "UaVbWc");
}

TEST(WorkerPool, JobBehindASlowOneIsTakenByAnotherWorker) {
  Countdown release;
  CallJob slow([&] { EXPECT_TRUE(release.wait()); });
  Countdown quick_ones(50);
  CallJob quick([&] { quick_ones.down(); });
  WorkerPool pool(2, "w");
  std::vector<Job*> jobs(51, &quick);
  jobs[0] = &slow;
  pool.submit_bulk(jobs.data(), jobs.size());
  EXPECT_TRUE(quick_ones.wait());
  release.down();
  EXPECT_EQ(pool.shut_down(kLong), 0U);
}

TEST(WorkerPool, HundredsOfThreadsBlockAtOnce) {
  static constexpr unsigned kThreads = 300;
  Countdown inside(kThreads);
  Countdown all(kThreads);
  // Passes only when all jobs run at the same time.
  CallJob job([&] {
    inside.down();
    EXPECT_TRUE(inside.wait());
    all.down();
  });
  WorkerPool pool(kThreads, "w");
  std::vector<Job*> jobs(kThreads, &job);
  pool.submit_bulk(jobs.data(), jobs.size());
  EXPECT_TRUE(all.wait());
  EXPECT_EQ(pool.shut_down(kLong), 0U);
}

TEST(WorkerPool, ThreadsAreNamedAndNumbered) {
  std::mutex mutex;
  std::set<std::string> names;
  Countdown inside(2);
  Countdown all(2);
  CallJob job([&] {
    std::array<char, 32> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    {
      const std::scoped_lock lock(mutex);
      names.insert(name.data());
    }
    inside.down();
    EXPECT_TRUE(inside.wait());
    all.down();
  });
  WorkerPool pool(2, "test-worker");
  pool.submit(job);
  pool.submit(job);
  EXPECT_TRUE(all.wait());
  EXPECT_EQ(pool.shut_down(kLong), 0U);
  EXPECT_EQ(names, (std::set<std::string>{"test-worker-0", "test-worker-1"}));
}

TEST(WorkerPool, ShutDownWaitsForWhatRunsAndReturnsWhatDoesNot) {
  Countdown begun;
  Countdown release;
  bool finished = false;  // written by the worker, read after the join in shut_down
  CallJob running([&] {
    begun.down();
    EXPECT_TRUE(release.wait());
    finished = true;
  });
  std::atomic<int> ran{0};
  std::deque<CallJob> queued;
  for (int i = 0; i < 5; ++i) queued.emplace_back([&] { ++ran; });
  WorkerPool pool(1, "w");
  pool.submit(running);
  for (CallJob& job : queued) pool.submit(job);
  ASSERT_TRUE(begun.wait());
  auto stopped = std::async(std::launch::async, [&] {
    std::vector<Job*> unstarted;
    const std::size_t stuck = pool.shut_down(kLong, [&](Job& job) { unstarted.push_back(&job); });
    return std::pair(stuck, unstarted);
  });
  // Whether the shut-down or the end of the job comes first, each queued job runs or is handed
  // back.
  release.down();
  ASSERT_EQ(stopped.wait_for(kLong), std::future_status::ready);
  const auto [stuck, unstarted] = stopped.get();
  EXPECT_EQ(stuck, 0U);
  EXPECT_TRUE(finished);
  EXPECT_EQ(unstarted.size() + static_cast<std::size_t>(ran.load()), queued.size());
  EXPECT_EQ(pool.shut_down(kLong), 0U);
}

TEST(WorkerPool, JobsBehindAClosedGateAreNotBegun) {
  Countdown begun;
  Countdown release;
  JobGate gate;
  CallJob running([&] {
    begun.down();
    EXPECT_TRUE(release.wait());
  });
  std::atomic<int> ran{0};
  std::deque<CallJob> queued;
  for (int i = 0; i < 5; ++i) queued.emplace_back([&] { ++ran; });
  for (CallJob& job : queued) job.gate = &gate;
  Countdown ungated;
  CallJob last([&] { ungated.down(); });
  WorkerPool pool(1, "w");
  pool.submit(running);
  for (CallJob& job : queued) pool.submit(job);
  pool.submit(last);
  ASSERT_TRUE(begun.wait());
  gate.close();
  release.down();
  EXPECT_TRUE(ungated.wait()) << "other submitters' jobs go on";
  EXPECT_EQ(ran, 0);
}

/// A job that hangs until the test lets it go, and tells when its thread has ended.
class StuckJob final : public Job {
 public:
  void run() noexcept override {
    thread_local AtThreadExit at_exit;
    at_exit.countdown = &ended;
    begun.down();
    EXPECT_TRUE(release.wait());
  }

  Countdown begun;
  Countdown release;
  Countdown ended;

 private:
  struct AtThreadExit {
    Countdown* countdown = nullptr;
    ~AtThreadExit() { countdown->down(); }
  };
};

TEST(WorkerPool, StuckJobHoldsUpNobody) {
  StuckJob stuck;
  {
    WorkerPool pool(2, "w");
    pool.submit(stuck);
    ASSERT_TRUE(stuck.begun.wait());
    // The other worker is idle and ends at once.
    EXPECT_EQ(pool.shut_down(Duration::zero()), 1U);
  }
  // The pool is gone; the thread comes back from its job and ends on its own.
  stuck.release.down();
  EXPECT_TRUE(stuck.ended.wait());
}

TEST(WorkerPool, JobsQueuedBehindStuckOnesAreHandedBackInOrder) {
  StuckJob stuck;
  std::deque<CallJob> queued;
  for (int i = 0; i < 3; ++i) queued.emplace_back([] { ADD_FAILURE() << "begun after all"; });
  WorkerPool pool(1, "w");
  pool.submit(stuck);
  ASSERT_TRUE(stuck.begun.wait());
  for (CallJob& one : queued) pool.submit(one);
  std::vector<Job*> unstarted;
  EXPECT_EQ(pool.shut_down(1ms, [&](Job& one) { unstarted.push_back(&one); }), 1U);
  EXPECT_EQ(unstarted, (std::vector<Job*>{&queued[0], &queued[1], &queued[2]}));
  stuck.release.down();
  EXPECT_TRUE(stuck.ended.wait());
}

TEST(WorkerPool, IdlePoolEndsAtOnceWhateverThePatience) {
  WorkerPool patient(4, "w");
  EXPECT_EQ(patient.shut_down(Duration::max()), 0U);
  WorkerPool impatient(4, "w");
  EXPECT_EQ(impatient.shut_down(Duration::zero()), 0U);
}

TEST(WorkerPoolDeathTest, RefusesJobsNobodyWouldRun) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  WorkerPool pool(1, "w");
  pool.shut_down(kLong);
  CallJob job([] {});
  EXPECT_DEATH(pool.submit(job), "shut down");
}

}  // namespace
}  // namespace strandline::detail

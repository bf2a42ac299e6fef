#include "executor/completion_queue.h"
#include "executor/job.h"
#include "executor/worker_pool.h"
#include "micro/per_record.h"

#include <vector>

// A bare job to the workers and back, without any records: what every run costs at the least.
namespace {

using namespace strandline::detail;

class RoundTrip final : public Job, public CompletionLink {
 public:
  explicit RoundTrip(CompletionQueue<RoundTrip>& back) : back_(&back) {}
  void run() noexcept override { back_->push(*this); }

 private:
  CompletionQueue<RoundTrip>* back_;
};

/// `range(0)` jobs out at a time, on `range(1)` workers.
void hand_off(benchmark::State& state) {
  const auto jobs_out = static_cast<std::size_t>(state.range(0));
  Doorbell bell;
  CompletionQueue<RoundTrip> back(bell);
  WorkerPool pool(static_cast<unsigned>(state.range(1)), "bench");
  std::vector<RoundTrip> trips(jobs_out, RoundTrip(back));
  std::vector<Job*> jobs;
  jobs.reserve(trips.size());
  for (RoundTrip& trip : trips) jobs.push_back(&trip);
  std::vector<RoundTrip*> returned_trips(jobs_out);
  const auto turn = [&] {
    pool.submit_bulk(jobs.data(), jobs.size());
    for (std::size_t returned = 0; returned < jobs.size();) {
      const std::size_t count = back.pop_bulk(returned_trips.data(), jobs.size() - returned);
      if (count == 0) bell.wait_until(TimePoint::max());
      returned += count;
    }
  };
  turn();
  bench::PerRecord per_job(state);
  for (auto _ : state) turn();
  per_job.report(state.range(0));
}
BENCHMARK(hand_off)->ArgsProduct({{1, 12, 64}, {1, 2, 8}})->UseRealTime();

}  // namespace

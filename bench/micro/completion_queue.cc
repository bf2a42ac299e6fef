#include "executor/completion_queue.h"
#include "micro/per_record.h"

#include <array>
#include <atomic>
#include <thread>

namespace {

using strandline::detail::CompletionQueue;
using strandline::detail::Doorbell;

constexpr std::size_t kAtOnce = 64;

/// One thread does both: what the queue costs without anybody in the way.
void completion_queue_one_thread(benchmark::State& state) {
  Doorbell bell;
  CompletionQueue<void*> queue(bell);
  std::array<void*, kAtOnce> out{};
  const auto turn = [&] {
    for (void*& element : out) queue.push(element);
    benchmark::DoNotOptimize(queue.pop_bulk(out.data(), out.size()));
  };
  turn();
  bench::PerRecord per_record(state);
  for (auto _ : state) turn();
  per_record.report(kAtOnce);
}
BENCHMARK(completion_queue_one_thread);

/// One element goes round: a thread pushes what it is given, as a worker does, and the poller
/// sleeps on the bell. The wake-ups are in it, since a poller without work pays them, too.
void completion_queue_round_trip(benchmark::State& state) {
  Doorbell to_worker;
  Doorbell to_poller;
  CompletionQueue<int> there(to_worker);
  CompletionQueue<int> back(to_poller);
  const auto far = strandline::detail::TimePoint::max();
  const auto take = [far](CompletionQueue<int>& queue, Doorbell& bell) {
    int element = 0;
    while (queue.pop_bulk(&element, 1) == 0) bell.wait_until(far);
    return element;
  };
  std::thread worker([&] {
    for (int element = 0; element >= 0;) {
      element = take(there, to_worker);
      back.push(element);
    }
  });
  const auto turn = [&](int element) {
    there.push(element);
    benchmark::DoNotOptimize(take(back, to_poller));
  };
  turn(1);
  bench::PerRecord per_record(state);
  for (auto _ : state) turn(1);
  per_record.report(1);
  turn(-1);
  worker.join();
}
BENCHMARK(completion_queue_round_trip)->UseRealTime();

}  // namespace

// The way back from the workers to the poller: what an element costs.

#include "executor/completion_queue.h"
#include "micro/per_record.h"

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace {

using strandline::detail::CompletionLink;
using strandline::detail::CompletionQueue;
using strandline::detail::Doorbell;

constexpr std::size_t kAtOnce = 64;

struct Element final : CompletionLink {
  bool last = false;
};

/// One thread does both: what the queue costs without anybody in the way.
void completion_queue_one_thread(benchmark::State& state) {
  Doorbell bell;
  CompletionQueue<Element> queue(bell);
  std::vector<Element> elements(kAtOnce);
  std::array<Element*, kAtOnce> out{};
  const auto turn = [&] {
    for (Element& one : elements) queue.push(one);
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
  CompletionQueue<Element> there(to_worker);
  CompletionQueue<Element> back(to_poller);
  const auto far = strandline::detail::TimePoint::max();
  const auto take = [far](CompletionQueue<Element>& queue, Doorbell& bell) -> Element& {
    Element* element = nullptr;
    while (queue.pop_bulk(&element, 1) == 0) bell.wait_until(far);
    return *element;
  };
  std::thread worker([&] {
    for (bool last = false; !last;) {
      Element& element = take(there, to_worker);
      last = element.last;
      back.push(element);
    }
  });
  Element element;
  const auto turn = [&] {
    there.push(element);
    benchmark::DoNotOptimize(&take(back, to_poller));
  };
  turn();
  bench::PerRecord per_record(state);
  for (auto _ : state) turn();
  per_record.report(1);
  element.last = true;
  turn();
  worker.join();
}
BENCHMARK(completion_queue_round_trip)->UseRealTime();

}  // namespace

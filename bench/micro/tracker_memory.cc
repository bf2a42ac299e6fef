#include "commit/commit_tracker.h"
#include "common/allocations.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <numeric>
#include <vector>

// What the trackers of a million partitions take, once over: idle after a batch, and with ten
// records in flight that finish in the worst order.
namespace {

using strandline::detail::CommitTracker;

constexpr std::size_t kPartitions = 1'000'000;

template <class Use>
void memory_of(benchmark::State& state, Use use) {
  std::vector<std::int64_t> offsets(10);
  std::iota(offsets.begin(), offsets.end(), std::int64_t{0});
  for (auto _ : state) {
    const std::int64_t before = bench::allocations().live_bytes;
    std::vector<CommitTracker> trackers(kPartitions);
    for (CommitTracker& tracker : trackers) use(tracker, offsets);
    const auto bytes = static_cast<double>(bench::allocations().live_bytes - before);
    state.counters["bytes_per_partition"] = bytes / kPartitions;
    state.counters["mebibytes"] = bytes / (1 << 20);
  }
}

void tracker_memory_idle(benchmark::State& state) {
  memory_of(state, [](CommitTracker& tracker, const std::vector<std::int64_t>& offsets) {
    tracker.complete(tracker.admit(offsets), offsets.size());
  });
}
BENCHMARK(tracker_memory_idle)->Iterations(1)->Unit(benchmark::kMillisecond);

void tracker_memory_in_flight(benchmark::State& state) {
  memory_of(state, [](CommitTracker& tracker, const std::vector<std::int64_t>& offsets) {
    const auto first = tracker.admit(offsets);
    for (std::size_t i = 1; i < offsets.size(); i += 2) tracker.complete(first + i, 1);
  });
}
BENCHMARK(tracker_memory_in_flight)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace

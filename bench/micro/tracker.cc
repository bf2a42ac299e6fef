#include "commit/commit_tracker.h"
#include "micro/per_record.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

// Admission and completion of records, 16 batches of 1000 in flight. The loop also writes the
// offsets, a fraction of a nanosecond a record.
namespace {

using strandline::detail::CommitTracker;
using strandline::detail::Sequence;

constexpr std::size_t kBatch = 1000;
constexpr std::size_t kBatches = 16;
constexpr std::size_t kRecords = kBatch * kBatches;

/// What lives as long as the records are in flight.
class Admission {
 public:
  /// Every `step`-th offset exists: 1, or more with gaps.
  explicit Admission(std::int64_t step) : step_(step), offsets_(kRecords) {}

  Sequence admit(CommitTracker& tracker) {
    for (std::int64_t& offset : offsets_) offset = next_ += step_;
    const std::span<const std::int64_t> all(offsets_);
    const Sequence first = tracker.admit(all.first(kBatch));
    for (std::size_t i = 1; i < kBatches; ++i) tracker.admit(all.subspan(i * kBatch, kBatch));
    return first;
  }

 private:
  std::int64_t step_;
  std::int64_t next_ = 0;
  std::vector<std::int64_t> offsets_;
};

/// `complete(tracker, first)` finishes all that was admitted from the sequence `first` on.
template <class Complete>
void complete_by(benchmark::State& state, std::int64_t step, Complete complete) {
  CommitTracker tracker;
  Admission admission(step);
  const auto turn = [&] {
    complete(tracker, admission.admit(tracker));
    benchmark::DoNotOptimize(tracker.commit_position());
  };
  turn();
  bench::PerRecord per_record(state);
  for (auto _ : state) turn();
  per_record.report(kRecords);
}

void complete_in(benchmark::State& state, const std::vector<std::uint32_t>& order,
                 std::int64_t step) {
  complete_by(state, step, [&](CommitTracker& tracker, Sequence first) {
    for (const std::uint32_t index : order) tracker.complete(first + index, 1);
  });
}

std::vector<std::uint32_t> in_order() {
  std::vector<std::uint32_t> order(kRecords);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

std::vector<std::uint32_t> at_random() {
  std::vector<std::uint32_t> order = in_order();
  std::ranges::shuffle(order, std::mt19937_64(1));
  return order;
}

void tracker_whole_batches(benchmark::State& state) {
  complete_by(state, 1, [](CommitTracker& tracker, Sequence first) {
    for (std::size_t i = 0; i < kBatches; ++i) tracker.complete(first + i * kBatch, kBatch);
  });
}
BENCHMARK(tracker_whole_batches);

void tracker_in_order(benchmark::State& state) { complete_in(state, in_order(), 1); }
BENCHMARK(tracker_in_order);

void tracker_random_order(benchmark::State& state) { complete_in(state, at_random(), 1); }
BENCHMARK(tracker_random_order);

/// As key order finishes them: of each batch what one lane has, lane by lane.
void tracker_lanes(benchmark::State& state) {
  constexpr std::uint32_t kLanes = 16;
  std::vector<std::vector<std::uint32_t>> lanes(kLanes);
  std::mt19937_64 random(1);
  for (std::uint32_t index = 0; index < kBatch; ++index) {
    lanes[random() % kLanes].push_back(index);
  }
  complete_by(state, 1, [&](CommitTracker& tracker, Sequence first) {
    for (std::size_t i = 0; i < kBatches; ++i) {
      for (const auto& lane : lanes) tracker.complete(first + i * kBatch, lane);
    }
  });
}
BENCHMARK(tracker_lanes);

void tracker_gaps_in_order(benchmark::State& state) { complete_in(state, in_order(), 3); }
BENCHMARK(tracker_gaps_in_order);

void tracker_gaps_random_order(benchmark::State& state) { complete_in(state, at_random(), 3); }
BENCHMARK(tracker_gaps_random_order);

}  // namespace

#include <strandline/stats.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace strandline {

std::string_view to_string(State state) noexcept {
  switch (state) {
    case State::created:
      return "created";
    case State::running:
      return "running";
    case State::draining:
      return "draining";
    case State::closed:
      return "closed";
    case State::failed:
      break;
  }
  return "failed";
}

void DurationHistogram::record(std::chrono::nanoseconds duration, std::uint64_t times) noexcept {
  const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  const auto bucket = static_cast<std::size_t>(std::bit_width(ns / 1000));
  counts[std::min(bucket, kBuckets - 1)] += times;
  // Multiplied first: a record may take far less than a microsecond, a run of them does not.
  sum_us += ns * times / 1000;
  total += times;
}

void DurationHistogram::add(const DurationHistogram& other) noexcept {
  for (std::size_t i = 0; i < kBuckets; ++i) counts[i] += other.counts[i];
  sum_us += other.sum_us;
  total += other.total;
}

std::uint64_t DurationHistogram::quantile_us(double quantile) const noexcept {
  if (total == 0) return 0;
  const double rank = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(total);
  double below = 0;
  std::uint64_t highest = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    if (counts[i] == 0) continue;
    const auto count = static_cast<double>(counts[i]);
    const std::uint64_t lower = i == 0 ? 0 : std::uint64_t{1} << (i - 1);
    highest = std::uint64_t{1} << i;
    if (below + count >= rank) {
      const double within = (rank - below) / count;
      return lower +
             static_cast<std::uint64_t>(std::ceil(within * static_cast<double>(highest - lower)));
    }
    below += count;
  }
  // Only when rounding lets the rank exceed the sum of the counts.
  return highest;
}

namespace {

void add(InstanceStats& sum, const InstanceStats& one) {
  sum.partitions.insert(sum.partitions.end(), one.partitions.begin(), one.partitions.end());
  sum.polled += one.polled;
  sum.polled_bytes += one.polled_bytes;
  sum.processed += one.processed;
  sum.failed += one.failed;
  sum.retries += one.retries;
  sum.dead_lettered += one.dead_lettered;
  sum.dropped += one.dropped;
  sum.dead_letter_failures += one.dead_letter_failures;
  sum.stuck_reported += one.stuck_reported;
  sum.late_completions_fenced += one.late_completions_fenced;
  sum.completions_abandoned += one.completions_abandoned;
  sum.duplicates_filtered += one.duplicates_filtered;
  sum.commits_ok += one.commits_ok;
  sum.commits_failed += one.commits_failed;
  sum.rebalances += one.rebalances;
  sum.partitions_lost += one.partitions_lost;
  sum.in_flight += one.in_flight;
  sum.in_flight_bytes += one.in_flight_bytes;
  sum.runs_out += one.runs_out;
  sum.strands_busy += one.strands_busy;
  sum.gated = sum.gated || one.gated;
  // Ages do not add up: the worst one is what an operator asks for.
  sum.gated_age = std::max(sum.gated_age, one.gated_age);
  sum.last_commit_age = std::max(sum.last_commit_age, one.last_commit_age);
  sum.last_turn_age = std::max(sum.last_turn_age, one.last_turn_age);
  sum.queue_wait.add(one.queue_wait);
  sum.residence.add(one.residence);
  sum.handler.add(one.handler);
  sum.delivery.add(one.delivery);
  sum.commit.add(one.commit);
  sum.rebalance.add(one.rebalance);
  sum.turn.add(one.turn);
}

}  // namespace

InstanceStats Stats::total() const {
  InstanceStats sum;
  for (const InstanceStats& instance : instances) add(sum, instance);
  return sum;
}

}  // namespace strandline

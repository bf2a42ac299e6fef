#include <strandline/stats.h>

#include <gtest/gtest.h>

#include <set>

namespace strandline {
namespace {

using namespace std::chrono_literals;

TEST(State, EveryStateHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const State state :
       {State::created, State::running, State::draining, State::closed, State::failed}) {
    names.insert(to_string(state));
  }
  EXPECT_EQ(names.size(), 5U);
  EXPECT_EQ(to_string(State::draining), "draining");
}

TEST(DurationHistogram, BucketsAreHalfOpenPowersOfTwo) {
  DurationHistogram histogram;
  histogram.record(999ns);   // below 1 us
  histogram.record(1us);     // [1, 2)
  histogram.record(1999ns);  // [1, 2)
  histogram.record(2us);     // [2, 4)
  histogram.record(3us);     // [2, 4)
  histogram.record(4us);     // [4, 8)
  EXPECT_EQ(histogram.counts[0], 1U);
  EXPECT_EQ(histogram.counts[1], 2U);
  EXPECT_EQ(histogram.counts[2], 2U);
  EXPECT_EQ(histogram.counts[3], 1U);
  EXPECT_EQ(histogram.total, 6U);
}

TEST(DurationHistogram, TakesAnyDuration) {
  DurationHistogram histogram;
  histogram.record(-5ms);
  histogram.record(std::chrono::nanoseconds::max());
  EXPECT_EQ(histogram.counts[0], 1U);
  EXPECT_EQ(histogram.counts[DurationHistogram::kBuckets - 1], 1U);
}

TEST(DurationHistogram, CountsManyOfAFewNanosecondsInTheSum) {
  DurationHistogram histogram;
  histogram.record(100ns, 1000);
  EXPECT_EQ(histogram.sum_us, 100U);
  EXPECT_EQ(histogram.total, 1000U);
  EXPECT_EQ(histogram.counts[0], 1000U);
}

TEST(DurationHistogram, AddingIsAsRecordingBoth) {
  DurationHistogram one;
  DurationHistogram other;
  DurationHistogram both;
  one.record(10us);
  other.record(1ms, 3);
  both.record(10us);
  both.record(1ms, 3);
  one.add(other);
  EXPECT_EQ(one.counts, both.counts);
  EXPECT_EQ(one.sum_us, both.sum_us);
  EXPECT_EQ(one.total, both.total);
}

TEST(DurationHistogram, QuantileOfNothingIsZero) {
  EXPECT_EQ(DurationHistogram{}.quantile_us(0.99), 0U);
}

TEST(DurationHistogram, QuantileLiesInItsBucket) {
  DurationHistogram histogram;
  histogram.record(100us, 99);  // [64, 128)
  histogram.record(10ms);       // [8192, 16384)
  EXPECT_GT(histogram.quantile_us(0.5), 64U);
  EXPECT_LE(histogram.quantile_us(0.5), 128U);
  EXPECT_LE(histogram.quantile_us(0.99), 128U);
  EXPECT_GT(histogram.quantile_us(0.995), 8192U);
  EXPECT_EQ(histogram.quantile_us(1.0), 16384U);
  EXPECT_EQ(histogram.quantile_us(2.0), 16384U);
}

TEST(DurationHistogram, QuantilesNeverFall) {
  DurationHistogram histogram;
  for (int i = 0; i < 30; ++i) histogram.record(std::chrono::microseconds(1U << i), 1 + i % 3);
  std::uint64_t before = 0;
  for (int percent = 0; percent <= 100; ++percent) {
    const std::uint64_t now = histogram.quantile_us(percent / 100.0);
    EXPECT_GE(now, before) << percent;
    before = now;
  }
}

TEST(Stats, TotalAddsEveryCount) {
  using Field = std::uint64_t InstanceStats::*;
  for (const Field field :
       {&InstanceStats::polled, &InstanceStats::polled_bytes, &InstanceStats::processed,
        &InstanceStats::failed, &InstanceStats::retries, &InstanceStats::dead_lettered,
        &InstanceStats::dropped, &InstanceStats::dead_letter_failures,
        &InstanceStats::stuck_reported, &InstanceStats::late_completions_fenced,
        &InstanceStats::completions_abandoned, &InstanceStats::duplicates_filtered,
        &InstanceStats::commits_ok, &InstanceStats::commits_failed, &InstanceStats::rebalances,
        &InstanceStats::partitions_lost}) {
    Stats stats;
    stats.instances.resize(2);
    stats.instances[0].*field = 5;
    stats.instances[1].*field = 7;
    EXPECT_EQ(stats.total().*field, 12U);
  }
}

TEST(Stats, TotalAddsEveryAmount) {
  using Field = std::size_t InstanceStats::*;
  for (const Field field : {&InstanceStats::in_flight, &InstanceStats::in_flight_bytes,
                            &InstanceStats::runs_out, &InstanceStats::strands_busy}) {
    Stats stats;
    stats.instances.resize(2);
    stats.instances[0].*field = 5;
    stats.instances[1].*field = 7;
    EXPECT_EQ(stats.total().*field, 12U);
  }
}

TEST(Stats, TotalAddsEveryHistogram) {
  using Field = DurationHistogram InstanceStats::*;
  for (const Field field :
       {&InstanceStats::queue_wait, &InstanceStats::residence, &InstanceStats::handler,
        &InstanceStats::delivery, &InstanceStats::commit, &InstanceStats::rebalance,
        &InstanceStats::turn}) {
    Stats stats;
    stats.instances.resize(2);
    (stats.instances[0].*field).record(1ms);
    (stats.instances[1].*field).record(2ms, 3);
    EXPECT_EQ((stats.total().*field).total, 4U);
  }
}

TEST(Stats, TotalKeepsTheWorstAges) {
  using Field = std::chrono::milliseconds InstanceStats::*;
  for (const Field field : {&InstanceStats::gated_age, &InstanceStats::last_commit_age,
                            &InstanceStats::last_turn_age}) {
    Stats stats;
    stats.instances.resize(3);
    stats.instances[1].*field = 9s;
    stats.instances[2].*field = 2s;
    EXPECT_EQ(stats.total().*field, 9s);
  }
}

TEST(Stats, TotalIsGatedWhenAnyInstanceIs) {
  Stats stats;
  stats.instances.resize(2);
  EXPECT_FALSE(stats.total().gated);
  stats.instances[1].gated = true;
  EXPECT_TRUE(stats.total().gated);
}

TEST(Stats, TotalListsThePartitionsOfAllInstances) {
  Stats stats;
  stats.instances.resize(2);
  stats.instances[0].partitions.resize(1);
  stats.instances[1].partitions.resize(1);
  stats.instances[1].partitions[0].partition = {"orders", PartitionId{1}};
  const InstanceStats total = stats.total();
  ASSERT_EQ(total.partitions.size(), 2U);
  EXPECT_EQ(total.partitions[1].partition.partition, PartitionId{1});
}

TEST(Stats, TotalOfNothingIsNothing) {
  const InstanceStats total = Stats{}.total();
  EXPECT_TRUE(total.partitions.empty());
  EXPECT_EQ(total.polled, 0U);
  EXPECT_FALSE(total.gated);
}

}  // namespace
}  // namespace strandline

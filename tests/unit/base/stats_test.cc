#include <strandline/stats.h>

#include <gtest/gtest.h>

#include <numeric>
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

TEST(Stats, TotalAddsCountsAndKeepsTheWorstAges) {
  Stats stats;
  stats.instances.resize(2);
  InstanceStats& a = stats.instances[0];
  InstanceStats& b = stats.instances[1];
  a.partitions.resize(1);
  b.partitions.resize(1);
  b.partitions[0].partition = {"orders", PartitionId{1}};
  a.polled = 5;
  b.polled = 7;
  a.commits_failed = 1;
  b.in_flight = 3;
  b.gated = true;
  b.gated_age = 4s;
  a.last_commit_age = 9s;
  b.last_commit_age = 2s;
  a.residence.record(1ms);
  b.residence.record(2ms);
  const InstanceStats total = stats.total();
  ASSERT_EQ(total.partitions.size(), 2U);
  EXPECT_EQ(total.partitions[1].partition.partition, PartitionId{1});
  EXPECT_EQ(total.polled, 12U);
  EXPECT_EQ(total.commits_failed, 1U);
  EXPECT_EQ(total.in_flight, 3U);
  EXPECT_TRUE(total.gated);
  EXPECT_EQ(total.gated_age, 4s);
  EXPECT_EQ(total.last_commit_age, 9s);
  EXPECT_EQ(total.residence.total, 2U);
}

TEST(Stats, TotalOfNothingIsNothing) {
  const InstanceStats total = Stats{}.total();
  EXPECT_TRUE(total.partitions.empty());
  EXPECT_EQ(total.polled, 0U);
  EXPECT_FALSE(total.gated);
}

}  // namespace
}  // namespace strandline

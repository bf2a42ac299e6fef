#include "metrics/prometheus/collector.h"

#include <strandline/log.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/metric_family.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace strandline::detail {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using testing::ElementsAre;
using testing::IsEmpty;

Stats consumer(std::string client_id) {
  Stats stats;
  stats.client_id = std::move(client_id);
  stats.group_id = "billing";
  stats.instances.resize(1);
  return stats;
}

std::vector<ClientMetric> series(const std::vector<MetricFamily>& families, std::string_view name) {
  const auto found = std::ranges::find(families, name, &MetricFamily::name);
  return found == families.end() ? std::vector<ClientMetric>{} : found->metric;
}

std::string label(const ClientMetric& metric, std::string_view name) {
  const auto found = std::ranges::find(metric.label, name, &ClientMetric::Label::name);
  return found == metric.label.end() ? "" : found->value;
}

std::vector<std::string> client_ids(const Collector& collector) {
  std::vector<std::string> result;
  for (const ClientMetric& one : series(collector.Collect(), "strandline_state")) {
    result.push_back(label(one, "client_id"));
  }
  return result;
}

TEST(CollectorTest, HistogramIsCumulativeAndInSeconds) {
  Stats stats = consumer("app");
  DurationHistogram& durations = stats.instances[0].residence;
  durations.counts[0] = 1;
  durations.counts[3] = 2;
  durations.counts[DurationHistogram::kBuckets - 1] = 4;
  durations.total = 7;
  durations.sum_us = 2'500'000;
  Collector collector;
  collector.watch(&stats, [&] { return stats; });
  const auto found = series(collector.Collect(), "strandline_residence_seconds");
  ASSERT_EQ(found.size(), 1U);
  const ClientMetric::Histogram& histogram = found[0].histogram;
  ASSERT_EQ(histogram.bucket.size(), DurationHistogram::kBuckets);
  EXPECT_DOUBLE_EQ(histogram.bucket[0].upper_bound, 1e-6);
  EXPECT_EQ(histogram.bucket[2].cumulative_count, 1U);
  EXPECT_DOUBLE_EQ(histogram.bucket[3].upper_bound, 8e-6);
  EXPECT_EQ(histogram.bucket[3].cumulative_count, 3U);
  EXPECT_TRUE(std::isinf(histogram.bucket.back().upper_bound));
  EXPECT_EQ(histogram.bucket.back().cumulative_count, 7U);
  EXPECT_EQ(histogram.sample_count, 7U);
  EXPECT_DOUBLE_EQ(histogram.sample_sum, 2.5);
}

TEST(CollectorTest, TypesAndValues) {
  Stats stats = consumer("app");
  stats.workers = 3;
  stats.instances[0].polled = 42;
  Collector collector;
  collector.watch(&stats, [&] { return stats; });
  const auto families = collector.Collect();
  EXPECT_EQ(series(families, "strandline_workers").at(0).gauge.value, 3);
  EXPECT_EQ(series(families, "strandline_polled_records_total").at(0).counter.value, 42);
  EXPECT_THAT(series(families, "strandline_partition_in_flight_records"), IsEmpty());
  EXPECT_TRUE(std::ranges::none_of(families, [](const auto& one) { return one.metric.empty(); }))
      << "a family without a series is a header that says nothing";
}

TEST(CollectorTest, WatchesEachConsumerOnceAndForgetsIt) {
  Stats first = consumer("a");
  Stats second = consumer("b");
  Collector collector;
  collector.watch(&first, [&] { return first; });
  collector.watch(&second, [&] { return second; });
  collector.watch(&first, [&] { return first; });
  EXPECT_THAT(client_ids(collector), ElementsAre("a", "b"));
  collector.unwatch(&first);
  EXPECT_THAT(client_ids(collector), ElementsAre("b"));
  collector.unwatch(&second);
  EXPECT_THAT(collector.Collect(), IsEmpty());
}

TEST(CollectorTest, ConsumersNamedAlikeAreNumbered) {
  Stats stats = consumer("a");
  Stats other_group = consumer("a");
  other_group.group_id = "audit";
  const int keys[4] = {};
  Collector collector;
  collector.watch(&keys[0], [&] { return stats; });
  collector.watch(&keys[1], [&] { return stats; });
  collector.watch(&keys[2], [&] { return other_group; });
  collector.watch(&keys[3], [&] { return stats; });
  EXPECT_THAT(client_ids(collector), ElementsAre("a", "a-2", "a", "a-3"));
}

TEST(CollectorTest, FailureNeverLeavesTheScrape) {
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  Collector collector;
  collector.watch(&lines, []() -> Stats { throw std::runtime_error("no memory"); });
  EXPECT_THAT(collector.Collect(), IsEmpty());
  set_log_sink({});
  EXPECT_THAT(lines, ElementsAre(testing::HasSubstr("no memory")));
}

}  // namespace
}  // namespace strandline::detail

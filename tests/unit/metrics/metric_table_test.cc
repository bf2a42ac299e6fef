#include "metrics/metric_table.h"

#include "metrics_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;
using testing::Optional;

const MetricRow& row(std::string_view name) {
  const auto found = std::ranges::find_if(
      metric_table(), [&](const MetricRow& one) { return one.info.name == name; });
  if (found == metric_table().end()) throw std::invalid_argument(std::string(name));
  return *found;
}

template <class Reader, class From>
std::optional<double> read(std::string_view name, const From& stats) {
  return std::get<Reader>(row(name).read)(stats);
}
std::optional<double> value(std::string_view name, const Stats& stats) {
  return read<ConsumerValue>(name, stats);
}
std::optional<double> value(std::string_view name, const InstanceStats& stats) {
  return read<InstanceValue>(name, stats);
}
std::optional<double> value(std::string_view name, const PartitionStats& stats) {
  return read<PartitionValue>(name, stats);
}

TEST(MetricTableTest, NamesKeepPrometheusRules) {
  std::set<std::string_view> names;
  const std::regex shape{"strandline_[a-z]+(_[a-z]+)*"};
  for (const MetricRow& one : metric_table()) {
    const std::string name{one.info.name};
    SCOPED_TRACE(name);
    EXPECT_TRUE(names.insert(one.info.name).second) << "twice";
    EXPECT_TRUE(std::regex_match(name, shape));
    EXPECT_EQ(name.ends_with("_total"), one.info.type == MetricType::counter);
    EXPECT_EQ(std::holds_alternative<InstanceDurations>(one.read),
              one.info.type == MetricType::histogram);
    if (one.info.type == MetricType::histogram) {
      EXPECT_TRUE(name.ends_with("_seconds"));
    }
    // An age or a time is in seconds and says so; milliseconds never get out.
    EXPECT_EQ(name.find("_ms"), std::string::npos);
    EXPECT_TRUE(name.find("_age") == std::string::npos || name.ends_with("_age_seconds"));
    // These endings belong to the parts of a histogram.
    for (const char* reserved : {"_count", "_sum", "_bucket", "_info"}) {
      EXPECT_FALSE(name.ends_with(reserved));
    }
    EXPECT_EQ(name.starts_with("strandline_partition_"),
              std::holds_alternative<PartitionValue>(one.read));
  }
}

TEST(MetricTableTest, EveryMetricHasHelpOnOneLine) {
  for (const MetricRow& one : metric_table()) {
    SCOPED_TRACE(one.info.name);
    EXPECT_GT(one.info.help.size(), 15U);
    EXPECT_TRUE(one.info.help.ends_with('.'));
    // A bar would break the document's tables; a line's end or a backslash, the exposition format.
    EXPECT_EQ(one.info.help.find_first_of("\n\\|"), std::string_view::npos);
  }
}

constexpr const char* kTheirs[] = {
    "pc.partitions.number",
    "pc.partition.incomplete.offsets",
    "pc.partition.highest.completed.offset",
    "pc.partition.highest.sequential.succeeded.offset",
    "pc.partition.highest.seen.offset",
    "pc.partition.latest.committed.offset",
    "pc.partition.assignment.epoch",
    "pc.user.function.processing.time",
    "pc.user.function.executor",
    "pc.dynamic.load.factor",
    "pc.status",
    "pc.poller.status",
    "pc.partitions.paused",
    "pc.shards",
    "pc.shards.size",
    "pc.shards.max.size",
    "pc.incomplete.offsets.total",
    "pc.inflight.records",
    "pc.waiting.records",
    "pc.processed.records",
    "pc.failed.records",
    "pc.slow.records",
    "pc.offsets.encoding.time",
    "pc.offsets.encoding.usage",
    "pc.metadata.space.used",
    "pc.payload.ratio.used",
    "decaton.subscription.process.durations",
    "decaton.tasks.processed",
    "decaton.tasks.discarded",
    "decaton.tasks.error",
    "decaton.tasks.complete.duration",
    "decaton.tasks.process.duration",
    "decaton.tasks.delivery.latency",
    "decaton.tasks.scheduled.process.delay",
    "decaton.tasks.scheduling.delay",
    "decaton.tasks.timeout",
    "decaton.processor.processed.time",
    "decaton.tasks.queued",
    "decaton.tasks.pending",
    "decaton.partition.paused",
    "decaton.partition.paused.time",
    "decaton.partition.queue.starved.time",
    "decaton.partition.throttled.time",
    "decaton.offset.last.committed",
    "decaton.offset.latest.consumed",
    "decaton.records.consumed",
    "decaton.retry.queued.tasks",
    "decaton.retry.queueing.failed",
    "decaton.retry.task.retries",
    "decaton.shaping.queued.tasks",
    "decaton.shaping.queueing.failed",
    "decaton.processor.compaction.compacted",
    "decaton.processor.compaction.compacted.keys",
    "records-lag",
    "records-lag-max",
    "records-lag-avg",
};

// Every metric of Parallel Consumer and of Decaton has its counterpart, or the reason why not is
// said.
TEST(MetricTableTest, NothingThatOthersMeasureIsMissing) {
  std::set<std::string> ours;
  for (const MetricRow& one : metric_table()) {
    std::istringstream words{std::string(one.elsewhere)};
    for (std::string word; words >> word;) ours.insert(word);
  }
  for (const WithoutCounterpart& one : without_counterpart()) {
    EXPECT_FALSE(ours.contains(std::string(one.name))) << one.name << " has a counterpart";
    ours.emplace(one.name);
  }
  for (const char* name : kTheirs) EXPECT_TRUE(ours.contains(name)) << name;
}

TEST(MetricTableTest, LagIsMeasuredFromThreePositions) {
  PartitionStats stats;
  stats.commit_position = Offset{70};
  stats.committed = Offset{60};
  stats.highest_seen = Offset{89};
  stats.high_watermark = Offset{100};
  stats.lag = 30;
  EXPECT_THAT(value("strandline_partition_records_lag", stats), Optional(30.0));
  EXPECT_THAT(value("strandline_partition_unread_records", stats), Optional(10.0));
  EXPECT_THAT(value("strandline_partition_committed_records_lag", stats), Optional(40.0));
}

TEST(MetricTableTest, WhatIsUnknownIsAbsent) {
  PartitionStats stats;
  EXPECT_EQ(value("strandline_partition_records_lag", stats), std::nullopt);
  EXPECT_EQ(value("strandline_partition_unread_records", stats), std::nullopt);
  EXPECT_EQ(value("strandline_partition_committed_offset", stats), std::nullopt);
  EXPECT_EQ(value("strandline_partition_high_watermark", stats), std::nullopt);
  InstanceStats instance;
  instance.partitions.push_back(stats);
  EXPECT_EQ(value("strandline_records_lag_max", instance), std::nullopt);
  EXPECT_EQ(value("strandline_records_lag_avg", instance), std::nullopt);
}

TEST(MetricTableTest, AnEndOfLogThatSeemsBehindIsNoLag) {
  PartitionStats stats;
  stats.high_watermark = Offset{50};
  stats.highest_seen = Offset{59};
  EXPECT_THAT(value("strandline_partition_unread_records", stats), Optional(0.0));
}

TEST(MetricTableTest, UnreadBeforeTheFirstRecordCountsFromTheCommitPosition) {
  PartitionStats stats;
  stats.high_watermark = Offset{50};
  stats.commit_position = Offset{20};
  EXPECT_THAT(value("strandline_partition_unread_records", stats), Optional(30.0));
}

TEST(MetricTableTest, InstanceMetricsSumUpItsPartitions) {
  InstanceStats stats;
  stats.partitions.resize(3);
  stats.partitions[0].lag = 10;
  stats.partitions[1].lag = 40;
  stats.partitions[1].gated = true;
  stats.partitions[0].in_flight = 7;
  stats.partitions[0].queued = 4;
  stats.partitions[1].in_flight = 5;
  stats.partitions[1].waiting_retry = 2;
  stats.partitions[2].parked = 3;
  stats.partitions[2].oldest_age = 2500ms;
  EXPECT_THAT(value("strandline_assigned_partitions", stats), Optional(3.0));
  EXPECT_THAT(value("strandline_records_lag_max", stats), Optional(40.0));
  EXPECT_THAT(value("strandline_records_lag_avg", stats), Optional(25.0));
  EXPECT_THAT(value("strandline_gated_partitions", stats), Optional(1.0));
  EXPECT_THAT(value("strandline_queued_records", stats), Optional(4.0));
  EXPECT_THAT(value("strandline_started_records", stats), Optional(8.0));
  EXPECT_THAT(value("strandline_waiting_retry_records", stats), Optional(2.0));
  EXPECT_THAT(value("strandline_parked_records", stats), Optional(3.0));
  EXPECT_THAT(value("strandline_oldest_unfinished_age_seconds", stats), Optional(2.5));
}

TEST(MetricTableTest, FieldsAreReadAsTheyStand) {
  Stats stats;
  stats.state = State::failed;
  stats.workers = 8;
  EXPECT_THAT(value("strandline_state", stats), Optional(4.0));
  EXPECT_THAT(value("strandline_workers", stats), Optional(8.0));
  PartitionStats partition;
  partition.epoch = Epoch{12};
  partition.gated = true;
  partition.gated_total = 1500ms;
  partition.highest_completed = Offset{(std::int64_t{1} << 53) - 1};
  EXPECT_THAT(value("strandline_partition_assignment_epoch", partition), Optional(12.0));
  EXPECT_THAT(value("strandline_partition_gated", partition), Optional(1.0));
  EXPECT_THAT(value("strandline_partition_gated_seconds_total", partition), Optional(1.5));
  EXPECT_THAT(value("strandline_partition_highest_completed_offset", partition),
              Optional(9007199254740991.0));
}

// Two rows that read the same field by mistake would both follow it: give every counter its own
// value.
TEST(MetricTableTest, NoTwoCountersOfAnInstanceReadTheSameField) {
  InstanceStats stats;
  std::uint64_t next = 1;
  for (std::uint64_t* counter :
       {&stats.polled, &stats.polled_bytes, &stats.processed, &stats.failed, &stats.retries,
        &stats.dead_lettered, &stats.dead_letter_failures, &stats.dropped,
        &stats.duplicates_filtered, &stats.stuck_reported, &stats.late_completions_fenced,
        &stats.completions_abandoned, &stats.commits_ok, &stats.commits_failed, &stats.rebalances,
        &stats.partitions_lost}) {
    *counter = next++;
  }
  std::vector<double> read;
  for (const MetricRow& one : metric_table()) {
    const auto* how = std::get_if<InstanceValue>(&one.read);
    if (how != nullptr && one.info.type == MetricType::counter) {
      read.push_back((*how)(stats).value_or(-1));
    }
  }
  std::vector<double> all;
  for (std::uint64_t i = 1; i < next; ++i) all.push_back(static_cast<double>(i));
  EXPECT_THAT(read, testing::ElementsAreArray(all)) << "the table lists them in this order";
}

}  // namespace
}  // namespace strandline::detail

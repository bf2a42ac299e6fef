#include "support/cluster_fixture.h"

namespace strandline::testing {

TopicPartition orders(std::int32_t partition) { return {kTopic, PartitionId{partition}}; }

std::vector<ProducedRecord> numbered(int count, std::int32_t partition, int keys) {
  std::vector<ProducedRecord> records;
  records.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    ProducedRecord record{.value = std::to_string(i), .partition = partition};
    if (i % 10 != 9) record.key = "key " + std::to_string(i % keys);
    records.push_back(std::move(record));
  }
  return records;
}

ClusterTest::ClusterTest(int partition_count) : partitions(partition_count) {
  cluster.create_topic(kTopic, partitions);
}

ConsumerConfig ClusterTest::config() const {
  ConsumerConfig config{
      .bootstrap_servers = cluster.bootstrap_servers(), .group_id = kGroup, .topics = {kTopic}};
  // The mock cluster waits the session time-out less a second wherever members join again.
  config.group.session_timeout = std::chrono::milliseconds(2'500);
  config.group.heartbeat_interval = std::chrono::milliseconds(200);
  config.fetch.wait_max = std::chrono::milliseconds(20);
  config.commit.interval = std::chrono::milliseconds(100);
  config.failure.backoff.initial = std::chrono::milliseconds(5);
  config.failure.backoff.max = std::chrono::milliseconds(50);
  config.workers = 4;
  config.librdkafka["topic.metadata.refresh.interval.ms"] = "500";
  config.librdkafka["reconnect.backoff.max.ms"] = "500";
  return config;
}

void ClusterTest::fill(int records_per_partition, int keys) {
  for (std::int32_t p = 0; p < partitions; ++p) {
    cluster.produce(kTopic, numbered(records_per_partition, p, keys));
  }
}

std::int64_t ClusterTest::committed(std::int32_t partition) {
  return cluster.committed(kGroup, orders(partition)).value_or(Offset{}).value();
}

::testing::AssertionResult ClusterTest::all_committed() {
  for (std::int32_t p = 0; p < partitions; ++p) {
    const std::int64_t end = cluster.end_offset(orders(p)).value();
    if (const std::int64_t position = committed(p); position != end) {
      return ::testing::AssertionFailure() << to_string(orders(p)) << " is committed up to "
                                           << position << ", and ends at " << end;
    }
  }
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult ClusterTest::each_once(const Journal& journal) {
  auto offsets = journal.offsets();
  for (std::int32_t p = 0; p < partitions; ++p) {
    const std::int64_t end = cluster.end_offset(orders(p)).value();
    const std::vector<std::int64_t> seen = sorted(offsets[orders(p)]);
    if (seen != up_to(end)) {
      return ::testing::AssertionFailure()
             << to_string(orders(p)) << ": of " << end << " records " << seen.size()
             << " were handled, first " << (seen.empty() ? -1 : seen.front()) << ", last "
             << (seen.empty() ? -1 : seen.back());
    }
  }
  return ::testing::AssertionSuccess();
}

}  // namespace strandline::testing

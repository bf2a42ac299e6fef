#pragma once

#include <strandline/config.h>
#include <strandline/testing/mock_cluster.h>

#include "kafka/broker_client.h"

#include <chrono>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

/// What the tests of this room have in common.
namespace strandline::detail {

/// Quick to join and to notice, for the mock cluster: it waits for the session time-out less a
/// second wherever a broker would wait for members to join again.
inline ConsumerConfig config_for(const testing::MockCluster& cluster) {
  ConsumerConfig config{
      .bootstrap_servers = cluster.bootstrap_servers(), .group_id = "group", .topics = {"orders"}};
  config.group.session_timeout = std::chrono::milliseconds(2'500);
  config.group.heartbeat_interval = std::chrono::milliseconds(200);
  config.fetch.wait_max = std::chrono::milliseconds(20);
  config.librdkafka["topic.metadata.refresh.interval.ms"] = "1000";
  config.librdkafka["reconnect.backoff.max.ms"] = "500";
  return config;
}

inline std::vector<testing::ProducedRecord> numbered(int count, std::int32_t partition) {
  std::vector<testing::ProducedRecord> records;
  records.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    records.push_back(
        {.key = "k" + std::to_string(i), .value = std::to_string(i), .partition = partition});
  }
  return records;
}

inline std::vector<std::int64_t> range(std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(to - from));
  std::iota(all.begin(), all.end(), from);
  return all;
}

inline Error error_of(const CommittedOffset& answer) {
  return answer.error.value_or(Error{ErrorCode::internal, "no error"});
}

inline TopicPartition orders(std::int32_t partition) { return {"orders", PartitionId{partition}}; }

}  // namespace strandline::detail

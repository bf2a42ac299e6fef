#pragma once

#include <strandline/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Needs `strandline::testing`: librdkafka's mock cluster, for demos and tests without a broker.
namespace strandline::testing {

struct ProducedRecord {
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  /// -1: by the key's hash, as Kafka's default partitioner.
  std::int32_t partition = -1;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers{};
};

/// A Kafka cluster inside this process, on loopback. Other processes may connect to it while it
/// lives. Limits, librdkafka's own: 5 MB and 100 000 records are kept per partition; no
/// transactions, ACLs, TLS. Thread safety: all members from one thread at a time.
class MockCluster {
 public:
  explicit MockCluster(int brokers = 1);
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;
  ~MockCluster();

  [[nodiscard]] std::string bootstrap_servers() const;
  void create_topic(const std::string& topic, int partitions);

  /// Produces and waits until the cluster has acknowledged everything. Throws Exception otherwise.
  void produce(const std::string& topic, const std::vector<ProducedRecord>& records);

  /// The offset the group has committed, if any.
  [[nodiscard]] std::optional<Offset> committed(const std::string& group_id,
                                                const TopicPartition& partition);
  [[nodiscard]] Offset end_offset(const TopicPartition& partition);
  /// Everything that is in a partition, read by an independent consumer.
  [[nodiscard]] std::vector<ProducedRecord> read(const TopicPartition& partition);

  /// The next `count` requests of that Kafka API (its number in the protocol) fail with `error`
  /// (the protocol's error code).
  void fail_requests(std::int16_t api_key, std::int16_t error, int count);
  void set_broker_up(std::int32_t broker, bool up);
  /// Elects a leader, the same one perhaps: the partition's leader epoch rises.
  void elect_leader(const TopicPartition& partition, std::int32_t broker);
  void set_round_trip_time(std::int32_t broker, std::chrono::milliseconds delay);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strandline::testing

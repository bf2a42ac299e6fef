#include <strandline/testing/mock_cluster.h>

#include <strandline/error.h>

#include "kafka/error_map.h"
#include "kafka/handles.h"
#include "kafka/message_headers.h"

#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <map>

namespace strandline::testing {

using detail::ClientHandle;
using detail::ConfHandle;
using detail::HeadersHandle;
using detail::MessageHandle;
using detail::PartitionListHandle;

namespace {

constexpr int kTimeoutMs = 30'000;
constexpr int kHeartbeatMs = 200;

using Properties = std::map<std::string, std::string>;

void check(rd_kafka_resp_err_t error, const std::string& where) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw Exception(detail::to_error(error, where));
}

ClientHandle new_client(rd_kafka_type_t type, const Properties& properties,
                        void (*on_delivery)(rd_kafka_t*, const rd_kafka_message_t*,
                                            void*) = nullptr) {
  ConfHandle conf{rd_kafka_conf_new()};
  std::array<char, 512> why{};
  // Brokers that a test takes down are not worth a line on stderr.
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  if (on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      throw Exception({ErrorCode::invalid_config, why.data()});
    }
  }
  ClientHandle client{rd_kafka_new(type, conf.get(), why.data(), why.size())};
  if (!client) throw Exception({ErrorCode::internal, why.data()});
  detail::disown(conf);
  return client;
}

PartitionListHandle list_of(const TopicPartition& partition, std::int64_t offset) {
  PartitionListHandle list{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                    partition.partition.value())
      ->offset = offset;
  return list;
}

/// The first delivery that failed, by way of each message's opaque pointer.
void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto& first = *static_cast<rd_kafka_resp_err_t*>(message->_private);
  if (first == RD_KAFKA_RESP_ERR_NO_ERROR) first = message->err;
}

std::optional<std::string> bytes(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

ProducedRecord to_record(const rd_kafka_message_t& message) {
  ProducedRecord record{.key = bytes(message.key, message.key_len),
                        .value = bytes(message.payload, message.len),
                        .partition = message.partition};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    record.headers.emplace_back(name, bytes(value, size));
  }
  return record;
}

}  // namespace

class MockCluster::Impl {
 public:
  explicit Impl(int brokers)
      : producer_(new_client(RD_KAFKA_PRODUCER,
                             {{"test.mock.num.brokers", std::to_string(brokers)},
                              {"enable.idempotence", "true"},
                              {"linger.ms", "2"},
                              {"batch.num.messages", "10000"},
                              {"queue.buffering.max.messages", "1000000"},
                              {"message.max.bytes", "10000000"},
                              {"partitioner", "murmur2_random"}},
                             &on_delivery)),
        cluster_(rd_kafka_handle_mock_cluster(producer_.get())) {
#if RD_KAFKA_VERSION >= 0x020600ff
    // Brokers wait three seconds for more members to come; in a test that only costs time.
    rd_kafka_mock_group_initial_rebalance_delay_ms(cluster_, 100);
#endif
#if RD_KAFKA_VERSION >= 0x020800ff
    rd_kafka_mock_set_group_consumer_heartbeat_interval_ms(cluster_, kHeartbeatMs);
#endif
  }

  [[nodiscard]] rd_kafka_mock_cluster_t* cluster() const noexcept { return cluster_; }
  [[nodiscard]] std::string bootstraps() const {
    return rd_kafka_mock_cluster_bootstraps(cluster_);
  }

  void produce(const std::string& topic, const std::vector<ProducedRecord>& records) {
    rd_kafka_resp_err_t first = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (const ProducedRecord& record : records) {
      refused = enqueue(topic, record, &first);
      rd_kafka_poll(producer_.get(), 0);
      if (refused != RD_KAFKA_RESP_ERR_NO_ERROR) break;
    }
    // In any case: the reports of what went before a refusal write to `first` as well.
    const rd_kafka_resp_err_t flushed = rd_kafka_flush(producer_.get(), kTimeoutMs);
    if (flushed != RD_KAFKA_RESP_ERR_NO_ERROR) {
      // `first` must not be written to after we have returned.
      rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
      rd_kafka_flush(producer_.get(), kTimeoutMs);
    }
    check(refused, "produce to " + topic);
    check(flushed, "produce to " + topic);
    check(first, "produce to " + topic);
  }

  std::optional<Offset> committed(const std::string& group, const TopicPartition& partition) {
    ClientHandle& client = members_[group];
    if (!client) client = new_consumer(group);
    const PartitionListHandle list = list_of(partition, RD_KAFKA_OFFSET_INVALID);
    const std::string where = "committed offset of " + to_string(partition);
    check(rd_kafka_committed(client.get(), list.get(), kTimeoutMs), where);
    check(list->elems[0].err, where);
    if (list->elems[0].offset < 0) return std::nullopt;
    return Offset{list->elems[0].offset};
  }

  std::pair<std::int64_t, std::int64_t> watermarks(const TopicPartition& partition) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    check(rd_kafka_query_watermark_offsets(producer_.get(), partition.topic.c_str(),
                                           partition.partition.value(), &low, &high, kTimeoutMs),
          "watermarks of " + to_string(partition));
    return {low, high};
  }

  std::vector<ProducedRecord> read(const TopicPartition& partition) {
    const auto [low, high] = watermarks(partition);
    std::vector<ProducedRecord> records;
    if (low >= high) return records;
    const ClientHandle reader = new_consumer("strandline-testing-reader");
    check(rd_kafka_assign(reader.get(), list_of(partition, low).get()), "read");
    for (std::int64_t next = low; next < high;) {
      const MessageHandle message{rd_kafka_consumer_poll(reader.get(), kTimeoutMs)};
      if (!message) throw Exception({ErrorCode::timed_out, "read of " + to_string(partition)});
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      next = message->offset + 1;
      records.push_back(to_record(*message));
    }
    return records;
  }

 private:
  rd_kafka_resp_err_t enqueue(const std::string& topic, const ProducedRecord& record,
                              rd_kafka_resp_err_t* first) {
    HeadersHandle headers = detail::to_headers(record.headers);
    // librdkafka tells null from empty by the pointer.
    const char* key = record.key ? record.key->data() : nullptr;
    const std::size_t key_size = record.key ? record.key->size() : 0;
    const char* value = record.value ? record.value->data() : nullptr;
    const std::size_t value_size = record.value ? record.value->size() : 0;
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        producer_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(record.partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
        RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(const_cast<char*>(value), value_size),
        RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_OPAQUE(first), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) detail::disown(headers);
    return error;
  }

  [[nodiscard]] ClientHandle new_consumer(const std::string& group) const {
    ClientHandle client = new_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstraps()},
                                                         {"group.id", group},
                                                         {"enable.auto.commit", "false"},
                                                         {"fetch.wait.max.ms", "10"}});
    rd_kafka_poll_set_consumer(client.get());
    return client;
  }

  ClientHandle producer_;                        // also holds the cluster: destroyed last
  rd_kafka_mock_cluster_t* cluster_;             // the producer's
  std::map<std::string, ClientHandle> members_;  // by group; members in name only, never joined
};

MockCluster::MockCluster(int brokers) : impl_(std::make_unique<Impl>(brokers)) {}
MockCluster::~MockCluster() = default;

std::string MockCluster::bootstrap_servers() const { return impl_->bootstraps(); }

void MockCluster::create_topic(const std::string& topic, int partitions) {
  if (partitions < 1) {
    throw Exception(
        {ErrorCode::invalid_config, "topic " + topic + " needs at least one partition"});
  }
  check(rd_kafka_mock_topic_create(impl_->cluster(), topic.c_str(), partitions, 1),
        "create topic " + topic);
}

void MockCluster::produce(const std::string& topic, const std::vector<ProducedRecord>& records) {
  impl_->produce(topic, records);
}

std::optional<Offset> MockCluster::committed(const std::string& group_id,
                                             const TopicPartition& partition) {
  return impl_->committed(group_id, partition);
}

Offset MockCluster::end_offset(const TopicPartition& partition) {
  return Offset{impl_->watermarks(partition).second};
}

std::vector<ProducedRecord> MockCluster::read(const TopicPartition& partition) {
  return impl_->read(partition);
}

void MockCluster::fail_requests(std::int16_t api_key, std::int16_t error, int count) {
  const std::vector<rd_kafka_resp_err_t> errors(static_cast<std::size_t>(count),
                                                static_cast<rd_kafka_resp_err_t>(error));
  rd_kafka_mock_push_request_errors_array(impl_->cluster(), api_key, errors.size(), errors.data());
}

void MockCluster::set_broker_up(std::int32_t broker, bool up) {
  check(up ? rd_kafka_mock_broker_set_up(impl_->cluster(), broker)
           : rd_kafka_mock_broker_set_down(impl_->cluster(), broker),
        "broker " + std::to_string(broker));
}

void MockCluster::elect_leader(const TopicPartition& partition, std::int32_t broker) {
  check(rd_kafka_mock_partition_set_leader(impl_->cluster(), partition.topic.c_str(),
                                           partition.partition.value(), broker),
        "leader of " + to_string(partition));
}

void MockCluster::set_round_trip_time(std::int32_t broker, std::chrono::milliseconds delay) {
  check(rd_kafka_mock_broker_set_rtt(impl_->cluster(), broker, static_cast<int>(delay.count())),
        "broker " + std::to_string(broker));
}

}  // namespace strandline::testing

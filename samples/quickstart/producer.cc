#include "producer.h"

#include <librdkafka/rdkafka.h>

#include <fmt/core.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace quickstart {

namespace {

// The mock cluster keeps 5 MB of a partition; this many orders of ours are a third of that.
constexpr std::int64_t kAheadMax = 20'000;
constexpr int kTimeoutMs = 30'000;

template <auto destroy>
struct Destroyer {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using Client = std::unique_ptr<rd_kafka_t, Destroyer<rd_kafka_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Destroyer<rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroyer<rd_kafka_NewTopic_destroy>>;
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                   Destroyer<rd_kafka_topic_partition_list_destroy>>;

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, 256> text;
  if (rd_kafka_conf_set(conf, name, value.c_str(), text.data(), text.size()) != RD_KAFKA_CONF_OK) {
    throw std::runtime_error(text.data());
  }
}

Client make_client(rd_kafka_type_t type, rd_kafka_conf_t* conf) {
  // A broker that cannot be reached is said once, by what waited for it, and not at every try.
  rd_kafka_conf_set_log_cb(conf, nullptr);
  std::array<char, 256> text;
  rd_kafka_t* client = rd_kafka_new(type, conf, text.data(), text.size());
  if (client == nullptr) throw std::runtime_error(text.data());
  return Client{client};
}

void check(rd_kafka_resp_err_t error, const char* what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(fmt::format("{}: {}", what, rd_kafka_err2str(error)));
  }
}

void on_delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    static_cast<Stream*>(opaque)->acknowledged.fetch_add(1, std::memory_order_relaxed);
  }
}

Client make_producer(const Place& place, Stream& stream) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", place.bootstrap_servers);
  // A retry must neither repeat nor reorder what the consumers are checked against.
  set(conf, "enable.idempotence", "true");
  set(conf, "linger.ms", "5");
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivered);
  rd_kafka_conf_set_opaque(conf, &stream);
  return make_client(RD_KAFKA_PRODUCER, conf);
}

void create(rd_kafka_t* client, const Place& place) {
  std::array<char, 256> text;
  const NewTopic topic{
      rd_kafka_NewTopic_new(place.topic.c_str(), kPartitions, -1, text.data(), text.size())};
  if (!topic) throw std::runtime_error(text.data());
  const Queue queue{rd_kafka_queue_new(client)};
  std::array<rd_kafka_NewTopic_t*, 1> topics{topic.get()};
  rd_kafka_CreateTopics(client, topics.data(), topics.size(), nullptr, queue.get());
  const Event event{rd_kafka_queue_poll(queue.get(), kTimeoutMs)};
  if (!event) throw std::runtime_error("no broker answers at " + place.bootstrap_servers);
  check(rd_kafka_event_error(event.get()), "cannot create the topic");
  std::size_t count = 0;
  const auto* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    check(rd_kafka_topic_result_error(results[i]), "cannot create the topic");
  }
}

/// Waits until order `n` may be sent: no clock decides, only what the consumers have done.
void wait_for_turn(rd_kafka_t* client, const Stream& stream, std::uint64_t n,
                   std::size_t partition) {
  while (n >= stream.allowed.load(std::memory_order_relaxed) ||
         stream.sent[partition] - stream.committed[partition] >= kAheadMax) {
    rd_kafka_poll(client, 1);
  }
}

void send(rd_kafka_t* client, rd_kafka_topic_t* topic, const Order& order) {
  std::array<char, 64> key;
  std::array<char, 64> value;
  const auto key_end = fmt::format_to(key.data(), "customer-{}", order.customer);
  const auto value_end = fmt::format_to(value.data(), "{} espresso x{} EUR {}.80", order.sequence,
                                        order.sequence % 3 + 1, order.sequence % 3 * 2 + 2);
  while (rd_kafka_produce(topic, order.partition(), RD_KAFKA_MSG_F_COPY, value.data(),
                          static_cast<std::size_t>(value_end - value.data()), key.data(),
                          static_cast<std::size_t>(key_end - key.data()), nullptr) != 0) {
    if (const auto error = rd_kafka_last_error(); error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      check(error, "cannot produce");
    }
    rd_kafka_poll(client, 10);
  }
}

}  // namespace

int produce(const Place& place, std::uint64_t records, Stream& stream) try {
  const Client client = make_producer(place, stream);
  // The mock cluster was started with it, and knows no admin requests.
  if (!place.mock) create(client.get(), place);
  stream.topic_ready = true;
  const Topic topic{rd_kafka_topic_new(client.get(), place.topic.c_str(), nullptr)};
  for (std::uint64_t n = 0; n < records; ++n) {
    const Order order = order_at(n);
    const auto partition = static_cast<std::size_t>(order.partition());
    wait_for_turn(client.get(), stream, n, partition);
    send(client.get(), topic.get(), order);
    stream.sent[partition].fetch_add(1, std::memory_order_relaxed);
    if (n % 1024 == 0) rd_kafka_poll(client.get(), 0);
  }
  check(rd_kafka_flush(client.get(), kTimeoutMs), "cannot flush");
  return stream.acknowledged == records ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "producer: {}\n", error.what());
  return 1;
}

std::vector<PartitionPosition> read_positions(const Place& place) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", place.bootstrap_servers);
  set(conf, "group.id", place.group_id);
  const Client client = make_client(RD_KAFKA_CONSUMER, conf);
  const Partitions list{rd_kafka_topic_partition_list_new(kPartitions)};
  rd_kafka_topic_partition_list_add_range(list.get(), place.topic.c_str(), 0, kPartitions - 1);
  check(rd_kafka_committed(client.get(), list.get(), kTimeoutMs), "cannot read commit positions");

  std::vector<PartitionPosition> positions;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& one = list->elems[i];
    std::int64_t low = 0;
    std::int64_t high = 0;
    check(rd_kafka_query_watermark_offsets(client.get(), one.topic, one.partition, &low, &high,
                                           kTimeoutMs),
          "cannot read the end of the log");
    // Nothing committed and nothing there are the same position.
    const std::int64_t committed = one.offset < 0 ? low : one.offset;
    positions.push_back({one.partition, committed, high});
  }
  return positions;
}

}  // namespace quickstart

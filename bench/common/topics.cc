#include "common/topics.h"

#include "common/options.h"
#include "common/producer.h"

#include <array>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <utility>

namespace bench {

namespace {

constexpr int kTimeoutMs = 30'000;

template <auto Destroy>
struct Destroyer {
  template <class T>
  void operator()(T* object) const noexcept {
    Destroy(object);
  }
};
template <class T, auto Destroy>
using Handle = std::unique_ptr<T, Destroyer<Destroy>>;
using Queue = Handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Handle<rd_kafka_event_t, rd_kafka_event_destroy>;

Event await(rd_kafka_queue_t* queue, const std::string& what) {
  Event event{rd_kafka_queue_poll(queue, kTimeoutMs)};
  if (!event) throw std::runtime_error(what + ": no answer from the broker");
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(what + ": " + rd_kafka_event_error_string(event.get()));
  }
  return event;
}

void check(const rd_kafka_topic_result_t* const* results, std::size_t count,
           const std::string& what) {
  for (std::size_t i = 0; i < count; ++i) {
    if (rd_kafka_topic_result_error(results[i]) == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    const char* why = rd_kafka_topic_result_error_string(results[i]);
    throw std::runtime_error(
        what + ": " + (why ? why : rd_kafka_err2name(rd_kafka_topic_result_error(results[i]))));
  }
}

}  // namespace

void create_topic(const std::string& bootstrap_servers, const std::string& topic,
                  std::int32_t partitions) {
  const Producer client = connect_producer({{"bootstrap.servers", bootstrap_servers}});
  const Queue queue{rd_kafka_queue_new(client.get())};
  std::array<char, 512> why{};
  const Handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy> wanted{
      rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why.data(), why.size())};
  if (!wanted) throw std::runtime_error(why.data());
  rd_kafka_NewTopic_t* list = wanted.get();
  rd_kafka_CreateTopics(client.get(), &list, 1, nullptr, queue.get());
  const Event event = await(queue.get(), "creating " + topic);
  std::size_t count = 0;
  const auto* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  check(results, count, "creating " + topic);
}

void delete_topic(const std::string& bootstrap_servers, const std::string& topic) {
  const Producer client = connect_producer({{"bootstrap.servers", bootstrap_servers}});
  const Queue queue{rd_kafka_queue_new(client.get())};
  const Handle<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy> wanted{
      rd_kafka_DeleteTopic_new(topic.c_str())};
  rd_kafka_DeleteTopic_t* list = wanted.get();
  rd_kafka_DeleteTopics(client.get(), &list, 1, nullptr, queue.get());
  const Event event = await(queue.get(), "deleting " + topic);
  std::size_t count = 0;
  const auto* results =
      rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.get()), &count);
  check(results, count, "deleting " + topic);
}

std::vector<Extent> extents(const std::string& bootstrap_servers, const std::string& topic,
                            std::int32_t partitions) {
  const Producer client = connect_producer({{"bootstrap.servers", bootstrap_servers}});
  std::vector<Extent> all(static_cast<std::size_t>(partitions));
  for (std::int32_t p = 0; p < partitions; ++p) {
    Extent& extent = all[static_cast<std::size_t>(p)];
    const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
        client.get(), topic.c_str(), p, &extent.begin, &extent.end, kTimeoutMs);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      throw std::runtime_error("offsets of " + topic + "[" + std::to_string(p) +
                               "]: " + rd_kafka_err2str(error));
    }
  }
  return all;
}

TemporaryTopic::TemporaryTopic(std::string bootstrap_servers, std::int32_t partitions)
    : bootstrap_servers_(std::move(bootstrap_servers)), name_(fresh_name()) {
  create_topic(bootstrap_servers_, name_, partitions);
}

TemporaryTopic::~TemporaryTopic() {
  try {
    delete_topic(bootstrap_servers_, name_);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
}

}  // namespace bench

#include "kafka/rdkafka_producer.h"

#include "base/log.h"
#include "kafka/client_log.h"
#include "kafka/error_map.h"
#include "kafka/message_headers.h"

#include <bit>
#include <string>
#include <utility>

namespace strandline::detail {

namespace {

constexpr int kEventsAtOnce = 100;

/// librdkafka tells null from empty by the pointer.
struct Bytes {
  explicit Bytes(const std::optional<std::string_view>& view)
      : data(view ? (view->empty() ? "" : view->data()) : nullptr), size(view ? view->size() : 0) {}
  const char* data;
  std::size_t size;
};

}  // namespace

RdkafkaProducer::RdkafkaProducer(ClientHandle client, Doorbell& doorbell)
    : client_(std::move(client)),
      events_(rd_kafka_queue_get_main(client_.get())),
      logs_(rd_kafka_queue_new(client_.get())) {
  rd_kafka_set_log_queue(client_.get(), logs_.get());
  signal_ = std::make_unique<QueueSignal>(*events_, doorbell);
}

RdkafkaProducer::~RdkafkaProducer() {
  signal_.reset();
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

Result<void> RdkafkaProducer::produce(const OutgoingRecord& record, std::uint64_t token) {
  const std::string topic(record.topic);
  const Bytes key(record.key);
  const Bytes value(record.value);
  HeadersHandle headers = to_headers(record.headers);
  const bool has_time = record.timestamp.type != TimestampType::not_available;
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      client_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_KEY(key.data, key.size),
      RD_KAFKA_V_VALUE(const_cast<char*>(value.data), value.size),
      RD_KAFKA_V_TIMESTAMP(has_time ? record.timestamp.since_epoch.count() : 0),
      RD_KAFKA_V_HEADERS(headers.get()),
      RD_KAFKA_V_OPAQUE(std::bit_cast<void*>(static_cast<std::uintptr_t>(token))), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Unexpected(to_error(error, "produce to " + topic));
  }
  disown(headers);
  return {};
}

void RdkafkaProducer::poll(DeliveryEvents& events) {
  signal_->clear();
  for (int i = 0; i < kEventsAtOnce; ++i) {
    const EventHandle event{rd_kafka_queue_poll(events_.get(), 0)};
    if (!event) break;
    serve(*event, events);
  }
  write_client_log(*logs_);
}

void RdkafkaProducer::serve(rd_kafka_event_t& event, DeliveryEvents& events) {
  if (rd_kafka_event_type(&event) == RD_KAFKA_EVENT_ERROR) {
    log_error(event);
    return;
  }
  if (rd_kafka_event_type(&event) != RD_KAFKA_EVENT_DR) return;
  while (const rd_kafka_message_t* message = rd_kafka_event_message_next(&event)) {
    const auto token = std::uint64_t{std::bit_cast<std::uintptr_t>(message->_private)};
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      events.on_delivery(token, {});
    } else {
      const std::string where = std::string("delivery to ") + rd_kafka_topic_name(message->rkt);
      // Not rd_kafka_message_errstr: it takes a producer's payload for the text of the error.
      events.on_delivery(token, Unexpected(to_error(message->err, where)));
    }
  }
}

void RdkafkaProducer::log_error(rd_kafka_event_t& event) {
  // The records concerned get an answer of their own; this is for whoever reads the log.
  const rd_kafka_resp_err_t kind = rd_kafka_event_error(&event);
  if (!throttle_.admit(kind, clock_.now())) return;
  log(LogLevel::warning, "producer of dead letters: {}",
      to_error(kind, {}, rd_kafka_event_error_string(&event)).message);
}

}  // namespace strandline::detail

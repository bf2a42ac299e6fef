#include "kafka/message_source.h"

#include "kafka/handles.h"

namespace strandline::detail {

namespace {

const rd_kafka_message_t* of(const void* message) noexcept {
  return static_cast<const rd_kafka_message_t*>(message);
}

/// Null for a record without headers. Parses them at the first call, into the message itself: this
/// is what makes one record readable from one thread at a time only.
rd_kafka_headers_t* headers_of(const void* message) noexcept {
  rd_kafka_headers_t* headers = nullptr;
  return rd_kafka_message_headers(of(message), &headers) == RD_KAFKA_RESP_ERR_NO_ERROR ? headers
                                                                                       : nullptr;
}

}  // namespace

Timestamp RdkafkaMessages::timestamp(const void* message) const {
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::chrono::milliseconds time{rd_kafka_message_timestamp(of(message), &kind)};
  switch (kind) {
    case RD_KAFKA_TIMESTAMP_CREATE_TIME:
      return {TimestampType::create_time, time};
    case RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME:
      return {TimestampType::log_append_time, time};
    default:
      return {};
  }
}

std::size_t RdkafkaMessages::header_count(const void* message) const {
  const rd_kafka_headers_t* headers = headers_of(message);
  return headers == nullptr ? 0 : rd_kafka_header_cnt(headers);
}

RawHeader RdkafkaMessages::header(const void* message, std::size_t index) const {
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  const rd_kafka_headers_t* headers = headers_of(message);
  if (headers == nullptr ||
      rd_kafka_header_get_all(headers, index, &name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {};
  }
  if (value == nullptr) return {name, {}, true};
  return {name, {static_cast<const char*>(value), size}, false};
}

void RdkafkaMessages::read(void* const* messages, std::size_t count,
                           const TopicPartition& partition, RecordFields* fields) const noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    const rd_kafka_message_t* message = of(messages[i]);
    fields[i] = {static_cast<const char*>(message->key),
                 message->key_len,
                 static_cast<const char*>(message->payload),
                 message->len,
                 message->offset,
                 &partition,
                 message,
                 this};
  }
}

void RdkafkaMessages::release(void* const* messages, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    rd_kafka_message_destroy(static_cast<rd_kafka_message_t*>(messages[i]));
  }
}

}  // namespace strandline::detail

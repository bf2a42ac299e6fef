#include "kafka/partition_feed.h"

#include "base/log.h"
#include "kafka/error_map.h"

#include <algorithm>
#include <utility>

namespace strandline::detail {

namespace {
constexpr std::size_t kPurgeAtOnce = 1'000;

/// Under which leader the record was appended; -1 where that is not known.
std::int32_t leader_epoch(const rd_kafka_message_t& message) {
#if RD_KAFKA_VERSION >= 0x020100ff
  return rd_kafka_message_leader_epoch(&message);
#else
  (void)message;
  return -1;
#endif
}
}  // namespace

void FeedScratch::listen(rd_kafka_conf_t& conf) {
  rd_kafka_conf_set_opaque(&conf, this);
  rd_kafka_conf_set_error_cb(&conf, &FeedScratch::on_error);
}

void FeedScratch::on_error(rd_kafka_t*, int error, const char* text, void* self) noexcept {
  try {
    static_cast<FeedScratch*>(self)->refusals.push_back(
        {static_cast<rd_kafka_resp_err_t>(error), text});
  } catch (...) {
    log(LogLevel::error, "no memory to keep an error of librdkafka's: {}", text);
  }
}

ClientError error_of(const rd_kafka_message_t& message, const TopicPartition& partition) {
  std::string where = to_string(partition);
  if (message.offset >= 0) where += "@" + std::to_string(message.offset);
  // In an error message the payload is its text.
  return {to_error(message.err, where, rd_kafka_message_errstr(&message)), partition,
          skips_records(message.err)};
}

RdkafkaFeed::RdkafkaFeed(QueueHandle queue, TopicPartition partition, Doorbell& doorbell,
                         FeedScratch& scratch, Report report)
    : queue_(std::move(queue)),
      partition_(std::move(partition)),
      scratch_(scratch),
      report_(std::move(report)),
      signal_(*queue_, doorbell) {
  // No destination: the queue keeps what it gets, and the consumer's queue carries events only.
  rd_kafka_queue_forward(queue_.get(), nullptr);
}

RdkafkaFeed::~RdkafkaFeed() {
  // What nobody fetched would stay in memory until the partition comes back or the client goes, and
  // with the older versions hold up the latter. Bounded, since the broker thread may still add to
  // it.
  std::size_t left = rd_kafka_queue_length(queue_.get());
  while (left > 0) {
    const std::size_t taken = take(std::min(left, kPurgeAtOnce));
    for (std::size_t i = 0; i < taken; ++i) rd_kafka_message_destroy(scratch_.messages[i]);
    if (taken == 0) break;
    left -= taken;
  }
  scratch_.refusals.clear();
}

std::size_t RdkafkaFeed::take(std::size_t max) {
  if (scratch_.messages.size() < max) scratch_.messages.resize(max);
  // Time-out 0: with any other this waits until the array is full or the time is over.
  const ssize_t taken =
      rd_kafka_consume_batch_queue(queue_.get(), 0, scratch_.messages.data(), max);
  return taken < 0 ? 0 : static_cast<std::size_t>(taken);
}

void RdkafkaFeed::fetch(std::size_t max, Offset expected, RecordBatch& batch,
                        std::uint64_t& filtered, BrokerEvents& events) {
  signal_.clear();
  if (max == 0) {
    signal_.set();
    return;
  }
  const std::size_t taken = take(max);
  if (taken == max) signal_.set();
  if (!scratch_.refusals.empty()) [[unlikely]]
    report_refusals(events);

  batch.messages.reserve(taken);
  batch.offsets.reserve(taken);
  std::int64_t next = expected.value();
  for (std::size_t i = 0; i < taken; ++i) {
    rd_kafka_message_t* message = scratch_.messages[i];
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) [[unlikely]] {
      report(*message, events);
      rd_kafka_message_destroy(message);
      continue;
    }
    if (message->offset < next || broken_) [[unlikely]] {
      // Leaders follow one another as offsets do, so one below what was read that has a later
      // leader is no repetition: the log was cut there, and this is what was written in its place.
      const std::int32_t read = newest_epoch(batch);
      if (!broken_ && read >= 0 && leader_epoch(*message) > read) {
        report_truncation(*message, Offset{next}, events);
      }
      if (!broken_) ++filtered;
      rd_kafka_message_destroy(message);
      continue;
    }
    next = message->offset + 1;
    batch.messages.push_back(message);
    batch.offsets.push_back(message->offset);
    batch.bytes += message->len + message->key_len;
  }
  epoch_ = newest_epoch(batch);
}

/// Of all that was handed out, with what is about to be.
std::int32_t RdkafkaFeed::newest_epoch(const RecordBatch& batch) const {
  if (batch.empty()) return epoch_;
  return std::max(epoch_, leader_epoch(*static_cast<rd_kafka_message_t*>(batch.messages.back())));
}

void RdkafkaFeed::report_truncation(const rd_kafka_message_t& message, Offset read_up_to,
                                    BrokerEvents& events) {
  broken_ = true;
  const std::string at = std::to_string(message.offset);
  events.on_error(
      {Error{
           ErrorCode::log_truncated,
           to_string(partition_) + " was read up to offset " + std::to_string(read_up_to.value()) +
               ", and now holds other records from offset " + at +
               " on: an unclean leader election has cut its log. The group's committed offset may "
               "lie beyond what is there; set it to " +
               at +
               " or before (kafka-consumer-groups.sh --reset-offsets), then start again: a restart "
               "alone would pass them over"},
       std::nullopt, true});
}

void RdkafkaFeed::report(const rd_kafka_message_t& message, BrokerEvents& events) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return;
  ClientError error = error_of(message, partition_);
  broken_ |= error.fatal;
  report_(message.err, std::move(error), events);
}

void RdkafkaFeed::report_refusals(BrokerEvents& events) {
  for (const FeedScratch::Refusal& refusal : std::exchange(scratch_.refusals, {})) {
    report_(refusal.error,
            {to_error(refusal.error, to_string(partition_), refusal.text), partition_, false},
            events);
  }
}

}  // namespace strandline::detail

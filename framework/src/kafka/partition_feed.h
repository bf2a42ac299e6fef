#pragma once

#include "kafka/broker_client.h"
#include "kafka/handles.h"
#include "kafka/queue_signal.h"

#include <functional>
#include <string>
#include <vector>

namespace strandline::detail {

/// What the feeds of one client share. Owner: the poller thread.
struct FeedScratch {
  struct Refusal {
    rd_kafka_resp_err_t error;
    std::string text;
  };

  /// A missing topic or partition is no message in the partition's queue: batch calls hand it to
  /// this callback only, on the thread that calls, which is the poller. `conf` keeps a pointer to
  /// us.
  void listen(rd_kafka_conf_t& conf);

  std::vector<rd_kafka_message_t*> messages;  // librdkafka's array to fill; reused, never shrinks
  std::vector<Refusal> refusals;              // of the batch call under way

 private:
  static void on_error(rd_kafka_t*, int error, const char* text, void* self) noexcept;
};

/// What a message that is an error means. Fatal: librdkafka goes on behind records that nobody will
/// see, which the commit position must not pass.
[[nodiscard]] ClientError error_of(const rd_kafka_message_t& message,
                                   const TopicPartition& partition);

/// One partition's queue of librdkafka's, taken out of the consumer's own. Owner: the poller
/// thread, except for the signal.
class RdkafkaFeed final : public PartitionFeed {
 public:
  using Report = std::function<void(rd_kafka_resp_err_t, ClientError, BrokerEvents&)>;

  /// `report` decides which errors are worth the owner's time.
  RdkafkaFeed(QueueHandle queue, TopicPartition partition, Doorbell& doorbell, FeedScratch& scratch,
              Report report);
  RdkafkaFeed(const RdkafkaFeed&) = delete;
  RdkafkaFeed& operator=(const RdkafkaFeed&) = delete;
  ~RdkafkaFeed() override;

  [[nodiscard]] bool ready() const noexcept override { return signal_.is_set(); }
  void fetch(std::size_t max, Offset expected, RecordBatch& batch, std::uint64_t& filtered,
             BrokerEvents& events) override;

 private:
  std::size_t take(std::size_t max);
  void report(const rd_kafka_message_t& message, BrokerEvents& events);
  void report_refusals(BrokerEvents& events);
  [[nodiscard]] std::int32_t newest_epoch(const RecordBatch& batch) const;
  void report_truncation(const rd_kafka_message_t& message, Offset read_up_to,
                         BrokerEvents& events);

  QueueHandle queue_;
  TopicPartition partition_;
  FeedScratch& scratch_;
  Report report_;
  bool broken_ = false;      // records were skipped below us: nothing behind the gap is handed out
  std::int32_t epoch_ = -1;  // the newest leader's, of the records handed out
  QueueSignal signal_;       // last: it refers to the queue
};

}  // namespace strandline::detail

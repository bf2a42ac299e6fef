#pragma once

#include <strandline/config.h>

#include "base/clock.h"
#include "base/doorbell.h"
#include "kafka/broker_client.h"
#include "kafka/committed_lookup.h"
#include "kafka/error_throttle.h"
#include "kafka/handles.h"
#include "kafka/message_source.h"
#include "kafka/partition_feed.h"
#include "kafka/queue_signal.h"
#include "kafka/rebalances.h"
#include "kafka/start_offsets.h"

#include <memory>

namespace strandline::detail {

/// A librdkafka consumer as the port wants it. Everything librdkafka has to say comes as an event
/// from a queue that the poller empties; its only callbacks are those of `QueueSignal`, so nothing
/// of ours runs on its threads and no exception can cross its frames. Owner: the poller thread.
class RdkafkaClient final : public BrokerClient {
 public:
  /// `scratch` listens to the client.
  RdkafkaClient(ClientHandle client, std::unique_ptr<FeedScratch> scratch,
                const ConsumerConfig& config, Doorbell& doorbell);
  RdkafkaClient(const RdkafkaClient&) = delete;
  RdkafkaClient& operator=(const RdkafkaClient&) = delete;
  /// Leaves the group first when the owner has not closed, waiting a few seconds at most.
  ~RdkafkaClient() override;

  Result<void> start() override;
  void poll(BrokerEvents& events) override;

  [[nodiscard]] std::unique_ptr<PartitionFeed> open(const TopicPartition& partition) override;
  Result<void> answer_assign(std::span<const TopicPartition> partitions) override;
  Result<void> answer_revoke(std::span<const TopicPartition> partitions) override;
  [[nodiscard]] bool assignment_lost() const override;

  Result<CommitId> commit(std::span<const PartitionOffset> offsets) override;

  [[nodiscard]] Offset high_watermark(const TopicPartition& partition) const override;
  [[nodiscard]] Offset start_position(const TopicPartition& partition) const override;
  [[nodiscard]] MessageSource& messages() noexcept override { return messages_; }

  void begin_close() override;
  [[nodiscard]] bool closed() const override;
  void leave_group() noexcept override;

 private:
  [[nodiscard]] bool is_manual() const noexcept { return !config_.assignment.empty(); }
  [[nodiscard]] std::string group() const { return "group " + config_.group_id; }
  Result<void> subscribe();

  void serve(rd_kafka_event_t& event, BrokerEvents& events);
  void serve_rebalance(rd_kafka_event_t& event, BrokerEvents& events);
  void serve_error(rd_kafka_event_t& event, BrokerEvents& events);
  void serve_commits(BrokerEvents& events);
  void report(rd_kafka_resp_err_t kind, ClientError error, BrokerEvents& events);
  void end_of_client(BrokerEvents& events);

  Result<void> assign(std::span<const TopicPartition> partitions);
  Result<void> unassign(std::span<const TopicPartition> partitions);
  void unassign_all() noexcept;
  void close_client();
  [[nodiscard]] bool is_answer_awaited() noexcept;

  const ConsumerConfig config_;
  const bool incremental_;
  Doorbell& doorbell_;
  SystemClock clock_;
  std::unique_ptr<FeedScratch> scratch_;  // before the client, which holds a pointer to it
  ClientHandle client_;  // before the queues, which must be gone when it is destroyed
  QueueHandle events_;   // librdkafka's consumer queue: rebalances and errors, no records
  QueueHandle commits_;  // answers to our commits
  QueueHandle logs_;
  std::unique_ptr<CommittedLookup> committed_;  // never null
  std::unique_ptr<QueueSignal> events_signal_;
  std::unique_ptr<QueueSignal> commits_signal_;
  RdkafkaMessages messages_;
  Rebalances rebalances_;
  StartOffsets start_offsets_;  // manual assignment only
  ErrorThrottle throttle_;
  CommitId last_commit_ = 0;
  bool fatal_ = false;  // librdkafka has given up; it rebalances no more
  bool closing_ = false;
  bool close_called_ = false;          // on librdkafka, or nothing to call it for
  bool answered_since_close_ = false;  // or nothing is to be answered any more
  bool closed_by_us_ = false;          // librdkafka refused to close: there is nothing to wait for
};

}  // namespace strandline::detail

#pragma once

#include "base/clock.h"
#include "base/doorbell.h"
#include "kafka/error_throttle.h"
#include "kafka/handles.h"
#include "kafka/producer_client.h"
#include "kafka/queue_signal.h"

#include <memory>

namespace strandline::detail {

/// A librdkafka producer as the port wants it: acks=all, idempotent, delivery reports as events.
/// Records not acknowledged when it is destroyed have no answer; their originals are not committed,
/// so they come again. Owner: the poller thread.
class RdkafkaProducer final : public ProducerClient {
 public:
  RdkafkaProducer(ClientHandle client, Doorbell& doorbell);
  RdkafkaProducer(const RdkafkaProducer&) = delete;
  RdkafkaProducer& operator=(const RdkafkaProducer&) = delete;
  ~RdkafkaProducer() override;

  Result<void> produce(const OutgoingRecord& record, std::uint64_t token) override;
  void poll(DeliveryEvents& events) override;

 private:
  void serve(rd_kafka_event_t& event, DeliveryEvents& events);
  void log_error(rd_kafka_event_t& event);

  SystemClock clock_;
  ErrorThrottle throttle_;
  ClientHandle client_;  // before the queues, which must be gone when it is destroyed
  QueueHandle events_;
  QueueHandle logs_;
  std::unique_ptr<QueueSignal> signal_;
};

}  // namespace strandline::detail

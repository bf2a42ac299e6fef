#pragma once

#include "base/doorbell.h"
#include "kafka/handles.h"

#include <atomic>

namespace strandline::detail {

/// Notes that a queue of librdkafka's has become non-empty and wakes the poller.
/// Threads: librdkafka's set it, the poller reads and clears it. librdkafka calls back under the
/// lock of the queue, so once the destructor has taken the callback off (under that lock), no call
/// is under way and none follows. The callback calls nothing of librdkafka's, which would deadlock
/// on that lock.
class QueueSignal {
 public:
  QueueSignal(rd_kafka_queue_t& queue, Doorbell& doorbell) : queue_(queue), doorbell_(doorbell) {
    rd_kafka_queue_cb_event_enable(&queue_, &QueueSignal::on_event, this);
  }
  QueueSignal(const QueueSignal&) = delete;
  QueueSignal& operator=(const QueueSignal&) = delete;
  ~QueueSignal() { rd_kafka_queue_cb_event_enable(&queue_, nullptr, nullptr); }

  [[nodiscard]] bool is_set() const noexcept { return set_.load(std::memory_order_acquire); }
  void set() noexcept { set_.store(true, std::memory_order_release); }
  /// Before the queue is looked into, never after: what arrives during the look sets it again.
  void clear() noexcept { set_.store(false, std::memory_order_release); }

 private:
  static void on_event(rd_kafka_t*, void* self) {
    auto& signal = *static_cast<QueueSignal*>(self);
    signal.set();
    signal.doorbell_.ring();
  }

  rd_kafka_queue_t& queue_;
  Doorbell& doorbell_;
  // Begins set: the queue may hold something from before the callback, and only its becoming
  // non-empty calls back.
  std::atomic<bool> set_{true};
};

}  // namespace strandline::detail

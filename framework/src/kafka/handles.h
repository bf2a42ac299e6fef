#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

/// Owners of librdkafka's objects, so that none is leaked on a way out: whatever is alive at
/// `rd_kafka_destroy` makes it wait for ever.
namespace strandline::detail {

template <auto Destroy>
struct Destroyer {
  template <class T>
  void operator()(T* object) const noexcept {
    Destroy(object);
  }
};

using ConfHandle = std::unique_ptr<rd_kafka_conf_t, Destroyer<rd_kafka_conf_destroy>>;
using ClientHandle = std::unique_ptr<rd_kafka_t, Destroyer<rd_kafka_destroy>>;
using QueueHandle = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using EventHandle = std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using ErrorHandle = std::unique_ptr<rd_kafka_error_t, Destroyer<rd_kafka_error_destroy>>;
using MessageHandle = std::unique_ptr<rd_kafka_message_t, Destroyer<rd_kafka_message_destroy>>;
using HeadersHandle = std::unique_ptr<rd_kafka_headers_t, Destroyer<rd_kafka_headers_destroy>>;
using PartitionListHandle = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                            Destroyer<rd_kafka_topic_partition_list_destroy>>;

/// After a call by which librdkafka has become the owner.
template <class Handle>
void disown(Handle& handle) noexcept {
  [[maybe_unused]] const auto* taken_over = handle.release();
}

}  // namespace strandline::detail

#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bench {

struct DestroyProducer {
  void operator()(rd_kafka_t* client) const noexcept { rd_kafka_destroy(client); }
};
using Producer = std::unique_ptr<rd_kafka_t, DestroyProducer>;
using OnDelivery = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void* opaque);

/// A producer, which is also what makes and deletes topics. Throws when librdkafka refuses a
/// property. `opaque` is what `on_delivery` gets; it must outlive the producer.
[[nodiscard]] Producer connect_producer(
    const std::vector<std::pair<std::string, std::string>>& properties,
    OnDelivery on_delivery = nullptr, void* opaque = nullptr);

}  // namespace bench

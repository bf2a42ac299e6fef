#pragma once

#include <strandline/config.h>
#include <strandline/result.h>

#include "base/doorbell.h"
#include "kafka/broker_client.h"
#include "kafka/producer_client.h"

#include <memory>
#include <vector>

/// The way into this room: everything behind it is librdkafka.
namespace strandline::detail {

/// What librdkafka has against the configuration, or we against this librdkafka with it; all of it
/// at once, and without a connection. Comes after `ConsumerConfig::validate`.
[[nodiscard]] std::vector<ConfigFault> client_faults(const ConsumerConfig& config);

/// `instance` counts the consumers of this process from 0. The doorbell must outlive the client.
/// Brokers that cannot be reached are no failure: they are reported by `poll` while the client
/// keeps trying.
[[nodiscard]] Result<std::unique_ptr<BrokerClient>> connect(const ConsumerConfig& config,
                                                            unsigned instance, Doorbell& doorbell);

/// Reaches the same cluster with the same security settings. The doorbell must outlive the client.
[[nodiscard]] Result<std::unique_ptr<ProducerClient>> connect_producer(const ConsumerConfig& config,
                                                                       Doorbell& doorbell);

}  // namespace strandline::detail

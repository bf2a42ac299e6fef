#pragma once

#include <strandline/config.h>

#include "kafka/handles.h"

#include <string>
#include <vector>

namespace strandline::detail {

/// A configuration for librdkafka, or everything that it refused.
struct BuiltConf {
  ConfHandle conf;
  std::vector<ConfigFault> faults;
};

/// True when librdkafka's protocol hands over what moves and no more
/// (`rd_kafka_incremental_assign`). Decided from the configuration: asking the client inside a
/// rebalance can hang.
[[nodiscard]] bool is_incremental(const ConsumerConfig& config) noexcept;

/// Typed options first, then the user's own properties, which win, then what the framework's
/// promises rest on. `instance` tells the consumers of one process apart by client id and instance
/// id.
[[nodiscard]] BuiltConf build_consumer_conf(const ConsumerConfig& config, unsigned instance);

/// For dead letters: never loses and never reorders (acks=all, idempotent), with those of the
/// user's properties that say how to reach the cluster.
[[nodiscard]] BuiltConf build_producer_conf(const ConsumerConfig& config);

/// All faults in one error, a line each.
[[nodiscard]] Error to_error(const std::vector<ConfigFault>& faults);

}  // namespace strandline::detail

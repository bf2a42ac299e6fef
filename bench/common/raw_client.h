#pragma once

#include "common/options.h"

#include <librdkafka/rdkafka.h>

#include <memory>

namespace bench {

struct DestroyRawClient {
  void operator()(rd_kafka_t* client) const noexcept;
};
/// Leaves its group when it goes.
using RawClient = std::unique_ptr<rd_kafka_t, DestroyRawClient>;

/// A consumer with exactly the properties the framework would set for these options, subscribed to
/// the topic. Only what the framework does itself is librdkafka's here: it answers rebalances,
/// stores the offset of each message it hands over, and commits as often as the framework would
/// (`--option commit=none`: never).
[[nodiscard]] RawClient connect_raw(const Options& options, const std::string& group);

}  // namespace bench

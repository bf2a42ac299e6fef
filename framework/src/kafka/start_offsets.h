#pragma once

#include <strandline/config.h>
#include <strandline/result.h>

#include "kafka/handles.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <span>

namespace strandline::detail {

/// Where each manually assigned partition starts, as librdkafka writes it: an offset, or its words
/// for beginning, end and committed.
using StartOffsets = std::map<TopicPartition, std::int64_t>;

/// Asks the brokers where a time is given, which blocks up to `timeout`; else no I/O.
[[nodiscard]] Result<StartOffsets> resolve_start_offsets(
    rd_kafka_t& client, std::span<const AssignedPartition> assignment,
    std::chrono::milliseconds timeout);

}  // namespace strandline::detail

#pragma once

#include "kafka/handles.h"

namespace strandline::detail {

/// Writes librdkafka's log lines that wait in `queue` to our log; at most a hundred, so that its
/// debug log cannot hold up a rebalance. Poller thread.
void write_client_log(rd_kafka_queue_t& queue) noexcept;

}  // namespace strandline::detail

#pragma once

#include <strandline/error.h>

#include "kafka/handles.h"

#include <string_view>

namespace strandline::detail {

/// Errors of the consumer protocol (KIP-848), by number since headers before 2.4 lack their names.
inline constexpr auto kUnreleasedInstanceId = static_cast<rd_kafka_resp_err_t>(111);
inline constexpr auto kStaleMemberEpoch = static_cast<rd_kafka_resp_err_t>(113);

[[nodiscard]] ErrorCode to_error_code(rd_kafka_resp_err_t error) noexcept;

/// True when librdkafka goes on trying by itself and the owner need not do anything: brokers that
/// are down, leaders that move, time-outs. Such an error is worth a line now and then, not a stop.
[[nodiscard]] bool is_mended_by_client(rd_kafka_resp_err_t error) noexcept;

/// True for what librdkafka reports about a partition and then reads on behind: damaged records.
/// Nobody will see them again, so to go on would let the commit position pass them.
[[nodiscard]] bool skips_records(rd_kafka_resp_err_t error) noexcept;

/// What happened (`detail`, librdkafka's own words when it has any), where (`where`: a partition,
/// "the group orders"), and what to do. `where` and `detail` may be empty.
[[nodiscard]] Error to_error(rd_kafka_resp_err_t error, std::string_view where,
                             std::string_view detail = {});

}  // namespace strandline::detail

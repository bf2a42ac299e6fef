#pragma once

#include <strandline/error.h>

#include "kafka/handles.h"

#include <string_view>

namespace strandline::detail {

/// Errors of the consumer protocol (KIP-848), by number since headers before 2.4 lack their names.
inline constexpr auto kFencedMemberEpoch = static_cast<rd_kafka_resp_err_t>(110);
inline constexpr auto kUnreleasedInstanceId = static_cast<rd_kafka_resp_err_t>(111);
inline constexpr auto kStaleMemberEpoch = static_cast<rd_kafka_resp_err_t>(113);

[[nodiscard]] ErrorCode to_error_code(rd_kafka_resp_err_t error) noexcept;

/// True when librdkafka goes on trying by itself and the owner need not do anything: brokers that
/// are down, leaders that move, time-outs. Such an error is worth a line now and then, not a stop.
[[nodiscard]] bool is_mended_by_client(rd_kafka_resp_err_t error) noexcept;

/// True for what librdkafka reports about a partition and then reads on behind: damaged records.
/// Nobody will see them again, so to go on would let the commit position pass them.
[[nodiscard]] bool skips_records(rd_kafka_resp_err_t error) noexcept;

/// True for a refusal of a commit that no repetition mends while a revoke waits for its answer; the
/// member joins again, or learns that all is lost, only after it. As of librdkafka's
/// rd_kafka_cgrp_op_handle_OffsetCommit and rd_kafka_handle_OffsetCommit_error:
///   UNKNOWN_MEMBER_ID    the group has removed the member: its id is dropped, all is lost
///   ILLEGAL_GENERATION   the group has gone on without it; a new generation comes with JoinGroup,
///                        which is not sent before the answer. Without a revoke one may be on its
///                        way, so elsewhere a repetition is worth its while
///   FENCED_INSTANCE_ID   another process has taken the identity: permanent and fatal
///   FENCED_MEMBER_EPOCH  KIP-848's word for it: the member joins again from epoch 0
/// Not STALE_MEMBER_EPOCH: the next heartbeat, which goes on meanwhile and is sent at once, brings
/// the epoch; librdkafka leaves the repetition of manual commits to us. Nor REBALANCE_IN_PROGRESS:
/// the generation is still the group's.
[[nodiscard]] bool ends_membership(rd_kafka_resp_err_t error) noexcept;

/// What happened (`detail`, librdkafka's own words when it has any), where (`where`: a partition,
/// "the group orders"), and what to do. `where` and `detail` may be empty.
[[nodiscard]] Error to_error(rd_kafka_resp_err_t error, std::string_view where,
                             std::string_view detail = {});

}  // namespace strandline::detail

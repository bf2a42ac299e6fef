#pragma once

#include "kafka/broker_client.h"
#include "kafka/handles.h"

#include <vector>

namespace strandline::detail {

/// What became of each partition of a commit: librdkafka answers for the request as a whole, for
/// each partition, or for both.
[[nodiscard]] std::vector<CommittedOffset> to_commit_answer(
    rd_kafka_resp_err_t whole, const rd_kafka_topic_partition_list_t* list);

/// An error of a commit. What a repetition may mend is `commit_failed`, even where the member's
/// epoch was too old: librdkafka does not repeat manual commits after a new epoch, and partitions
/// which stay are still ours. When they are not, a revocation says so.
[[nodiscard]] Error to_commit_error(rd_kafka_resp_err_t error, std::string_view where);

}  // namespace strandline::detail

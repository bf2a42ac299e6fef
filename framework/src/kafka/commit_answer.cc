#include "kafka/commit_answer.h"

#include "kafka/error_map.h"
#include "kafka/partition_list.h"

#include <algorithm>
#include <string>

namespace strandline::detail {

Error to_commit_error(rd_kafka_resp_err_t error, std::string_view where) {
  Error mapped = to_error(error, "commit of " + std::string(where));
  if (error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
      error == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS || error == kStaleMemberEpoch) {
    mapped.code = ErrorCode::commit_failed;
  }
  if (mapped.code == ErrorCode::broker_unreachable || mapped.code == ErrorCode::timed_out ||
      mapped.code == ErrorCode::internal) {
    mapped.code = ErrorCode::commit_failed;
  }
  return mapped;
}

std::vector<CommittedOffset> to_commit_answer(rd_kafka_resp_err_t whole,
                                              const rd_kafka_topic_partition_list_t* list) {
  // "Nothing to commit" is what a repeated commit of the same position may be told.
  if (whole == RD_KAFKA_RESP_ERR__NO_OFFSET) whole = RD_KAFKA_RESP_ERR_NO_ERROR;
  const std::span<const rd_kafka_topic_partition_t> all = elements(list);
  // Where partitions have errors of their own, the request's is one of those and says nothing about
  // the others.
  const bool single = std::any_of(all.begin(), all.end(), [](const auto& element) {
    return element.err != RD_KAFKA_RESP_ERR_NO_ERROR;
  });
  std::vector<CommittedOffset> answer;
  answer.reserve(all.size());
  for (const rd_kafka_topic_partition_t& element : all) {
    CommittedOffset& one =
        answer.emplace_back(CommittedOffset{to_partition(element), Offset{element.offset}});
    const rd_kafka_resp_err_t error = single ? element.err : whole;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && error != RD_KAFKA_RESP_ERR__NO_OFFSET) {
      one.error = to_commit_error(error, to_string(one.partition));
      one.membership_over = ends_membership(error);
    }
  }
  return answer;
}

}  // namespace strandline::detail

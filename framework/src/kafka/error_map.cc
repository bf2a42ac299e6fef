#include "kafka/error_map.h"

#include <string>

namespace strandline::detail {

ErrorCode to_error_code(rd_kafka_resp_err_t error) noexcept {
  if (error == kUnreleasedInstanceId) return ErrorCode::fenced;
  if (error == kStaleMemberEpoch || error == kFencedMemberEpoch) return ErrorCode::not_assigned;
  switch (error) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
      return ErrorCode::broker_unreachable;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
      return ErrorCode::authentication;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return ErrorCode::authorization;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return ErrorCode::unknown_topic;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
      return ErrorCode::offset_out_of_range;
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR__FENCED:
      return ErrorCode::fenced;
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
      return ErrorCode::not_assigned;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
      return ErrorCode::timed_out;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
      return ErrorCode::invalid_config;
    case RD_KAFKA_RESP_ERR__STATE:
      return ErrorCode::invalid_state;
    case RD_KAFKA_RESP_ERR__DESTROY:
      return ErrorCode::stopped;
    default:
      return ErrorCode::internal;
  }
}

bool is_mended_by_client(rd_kafka_resp_err_t error) noexcept {
  switch (to_error_code(error)) {
    case ErrorCode::broker_unreachable:
    case ErrorCode::timed_out:
    case ErrorCode::not_assigned:
      return true;
    default:
      // librdkafka writes down these as it meets them and then repeats the request or joins again.
      return error == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
             error == RD_KAFKA_RESP_ERR_NOT_COORDINATOR ||
             error == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS ||
             error == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED;
  }
}

bool skips_records(rd_kafka_resp_err_t error) noexcept {
  return error == RD_KAFKA_RESP_ERR__BAD_MSG || error == RD_KAFKA_RESP_ERR__BAD_COMPRESSION ||
         error == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
}

bool ends_membership(rd_kafka_resp_err_t error) noexcept {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         error == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
         error == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID || error == kFencedMemberEpoch;
}

namespace {

/// Errors whose remedy is another one than their code's.
std::string_view special_hint(rd_kafka_resp_err_t error) noexcept {
  if (error == kUnreleasedInstanceId) {
    return "another member uses this group.instance_id; give each member its own, or wait until "
           "the "
           "old member's session has expired";
  }
  switch (error) {
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
      return "the poller did not turn within group.max_poll_interval; look for a listener, a key "
             "extractor or a log sink that blocks";
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
      return "the records there cannot be read, and the consumer does not pass them by; restart to "
             "fetch them again, or commit a later position to give them up, together with all "
             "before it that is not committed yet";
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return "raise fetch.bytes_max and librdkafka's receive.message.max.bytes above the size of "
             "the "
             "record";
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
      return "give all members of the group the same group.assignor; a change from an eager one to "
             "cooperative_sticky needs the whole group stopped";
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
      return "the broker is too old for an option in use; group.protocol = consumer needs Kafka "
             "4.0";
    default:
      return {};
  }
}

std::string_view hint(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::broker_unreachable:
      return "check bootstrap_servers, that the brokers run, and the network and its firewalls; "
             "the "
             "client keeps trying";
    case ErrorCode::authentication:
      return "check security.protocol, sasl.mechanism, user name, password and certificates";
    case ErrorCode::authorization:
      return "grant this user READ and DESCRIBE on the topic and READ on the group";
    case ErrorCode::unknown_topic:
      return "create the topic, or correct its name or the partition's number";
    case ErrorCode::offset_out_of_range:
      return "set offset_reset to earliest or latest, or commit a position that exists";
    case ErrorCode::fenced:
      return "another member uses this group.instance_id; give each member its own";
    case ErrorCode::not_assigned:
      return "the group has moved on; the partitions' new owners go on from the last commit";
    case ErrorCode::timed_out:
      return "the broker did not answer in time; see its load and the network";
    case ErrorCode::invalid_config:
      return "correct the option named";
    default:
      return {};
  }
}

}  // namespace

Error to_error(rd_kafka_resp_err_t error, std::string_view where, std::string_view detail) {
  std::string message;
  if (!where.empty()) message.append(where).append(": ");
  message.append(detail.empty() ? std::string_view{rd_kafka_err2str(error)} : detail);
  message.append(" (").append(rd_kafka_err2name(error)).append(")");
  const ErrorCode code = to_error_code(error);
  std::string_view advice = special_hint(error);
  if (advice.empty()) advice = hint(code);
  if (!advice.empty()) message.append("; ").append(advice);
  return {code, std::move(message)};
}

}  // namespace strandline::detail

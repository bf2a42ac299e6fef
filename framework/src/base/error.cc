#include <strandline/error.h>

#include <utility>

namespace strandline {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::invalid_config:
      return "invalid_config";
    case ErrorCode::broker_unreachable:
      return "broker_unreachable";
    case ErrorCode::authentication:
      return "authentication";
    case ErrorCode::authorization:
      return "authorization";
    case ErrorCode::unknown_topic:
      return "unknown_topic";
    case ErrorCode::offset_out_of_range:
      return "offset_out_of_range";
    case ErrorCode::log_truncated:
      return "log_truncated";
    case ErrorCode::fenced:
      return "fenced";
    case ErrorCode::commit_failed:
      return "commit_failed";
    case ErrorCode::not_assigned:
      return "not_assigned";
    case ErrorCode::handler_failed:
      return "handler_failed";
    case ErrorCode::dead_letter_failed:
      return "dead_letter_failed";
    case ErrorCode::timed_out:
      return "timed_out";
    case ErrorCode::stopped:
      return "stopped";
    case ErrorCode::invalid_state:
      return "invalid_state";
    case ErrorCode::internal:
      break;
  }
  return "internal";
}

namespace {

std::string text_of(const std::vector<ConfigFault>& faults) {
  std::string text = "invalid configuration, " + std::to_string(faults.size()) +
                     (faults.size() == 1 ? " fault:" : " faults:");
  for (const ConfigFault& fault : faults) {
    text += "\n  " + fault.field + ": " + fault.problem;
    if (!fault.hint.empty()) text += "; " + fault.hint;
  }
  return text;
}

}  // namespace

ConfigError::ConfigError(std::vector<ConfigFault> faults)
    : Exception(Error{ErrorCode::invalid_config, text_of(faults)}), faults_(std::move(faults)) {}

}  // namespace strandline

#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strandline {

/// What went wrong, coarse enough to act on. The text in `Error::message` has the details.
enum class ErrorCode : std::uint8_t {
  invalid_config,       ///< the configuration was refused before any connection
  broker_unreachable,   ///< no broker of `bootstrap_servers` answers
  authentication,       ///< SASL or TLS refused
  authorization,        ///< an ACL denies the topic or the group
  unknown_topic,        ///< a topic or partition does not exist
  offset_out_of_range,  ///< no valid offset to start from, and `offset_reset` is `none`
  log_truncated,        ///< records that had been read are gone, others stand in their place
  fenced,               ///< another member took this one's identity (static membership)
  commit_failed,        ///< the broker refused a commit, or did not answer in time
  not_assigned,         ///< the partition was revoked or lost meanwhile
  handler_failed,       ///< a record failed for good and the policy says stop
  dead_letter_failed,   ///< the dead-letter topic did not take the record
  timed_out,            ///< a deadline passed
  stopped,              ///< the consumer is stopping or has stopped
  invalid_state,        ///< a call that the consumer's state does not allow
  internal,             ///< librdkafka reported a fatal error that has no name above
};

[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

/// An operating error, as a value: what happened, where, and what to do about it.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;

  /// True when the same call may succeed later without anything being changed.
  [[nodiscard]] bool is_retriable() const noexcept {
    return code == ErrorCode::broker_unreachable || code == ErrorCode::commit_failed ||
           code == ErrorCode::timed_out;
  }
};

/// Thrown by `value()` of an empty `Result`, and by constructors.
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
  [[nodiscard]] const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

/// One fault of a configuration: which field, what is wrong with it, what would be right.
struct ConfigFault {
  std::string field;
  std::string problem;
  std::string hint;
};

/// Thrown by `Consumer`'s constructor. Carries *all* faults, so that one run mends them all.
class ConfigError : public Exception {
 public:
  explicit ConfigError(std::vector<ConfigFault> faults);
  [[nodiscard]] const std::vector<ConfigFault>& faults() const noexcept { return faults_; }

 private:
  std::vector<ConfigFault> faults_;
};

}  // namespace strandline

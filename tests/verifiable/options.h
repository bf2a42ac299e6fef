#pragma once

#include <strandline/config.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace verifiable {

struct Options {
  std::string bootstrap_servers{};
  std::string topic{};
  std::string group_id{};
  std::string group_protocol = "classic";
  std::string remote_assignor{};
  std::string instance_id{};
  std::string assignment_strategy = "org.apache.kafka.clients.consumer.RangeAssignor";
  std::string reset_policy = "earliest";
  std::string config_file{};
  std::int64_t records_max = -1;
  std::int64_t session_timeout_ms = 30'000;
  bool verbose = false;
  bool autocommit = false;  ///< then commits are not told of
  // Our own, beside Kafka's.
  std::string order = "partition";
  unsigned workers = 0;
  std::int64_t work_us = 0;
  std::int64_t commit_interval_ms = 1'000;
  std::int64_t drain_timeout_ms = 10'000;
  std::string drain = "running";
};

/// The options, or the exit code with which the program is to end: 0 after printing the help, 1
/// after saying what is wrong.
struct Parsed {
  Options options{};
  std::optional<int> exit_code{};
};
[[nodiscard]] Parsed parse_options(int argc, char** argv);

/// The same in strandline's words, over what the configuration file says. Throws
/// std::runtime_error.
[[nodiscard]] strandline::ConsumerConfig to_config(const Options& options);

}  // namespace verifiable

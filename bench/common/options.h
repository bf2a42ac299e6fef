#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bench {

/// What every arm is told, in every language.
struct Options {
  std::string arm;
  std::string bootstrap_servers;
  std::string topic;
  std::uint64_t records =
      0;  ///< in the topic; another number is refused, it would be another topic
  std::int32_t partitions = 12;
  std::string order = "partition";
  std::string handler = "record";
  std::int64_t work_us = 0;  ///< sleep-like work for each record
  unsigned concurrency = 1;  ///< threads; records in flight when asynchronous
  std::string mode = "blocking";
  unsigned passes = 1;  ///< the last one is reported
  unsigned timeout_s = 300;
  std::map<std::string, std::string> settings{};  ///< of this arm, by name

  [[nodiscard]] bool async() const noexcept { return mode == "async"; }
};

/// Ends the process on --help and on what cannot be understood.
[[nodiscard]] Options parse_options(int argc, char** argv, const std::string& arm);

/// Takes "name=value" apart; throws on what has no "=".
void add_settings(Options& options, const std::vector<std::string>& settings);

/// "bench-" and a random number: each pass reads the topic as a group of its own.
[[nodiscard]] std::string fresh_name();

}  // namespace bench

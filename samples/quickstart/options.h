#pragma once

#include <strandline/config.h>

#include <cstdint>
#include <optional>
#include <string>

namespace quickstart {

struct Options {
  std::uint64_t records = 2'000'000;
  std::string bootstrap_servers{};  ///< empty: a mock cluster of our own
  std::string report_file{};        ///< empty: none
  strandline::Ordering order = strandline::Ordering::key;
};

/// The options, or the exit code with which to end: after `--help`, and for what was not
/// understood.
struct Parsed {
  Options options{};
  std::optional<int> exit_code{};
};
[[nodiscard]] Parsed parse_options(int argc, char** argv);

}  // namespace quickstart

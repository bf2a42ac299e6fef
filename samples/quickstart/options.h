#pragma once

#include <strandline/config.h>

#include <cstdint>
#include <string>

namespace quickstart {

struct Options {
  std::uint64_t records = 2'000'000;
  std::string bootstrap_servers{};  ///< empty: a mock cluster of our own
  std::string report_file{};        ///< empty: none
  strandline::Ordering order = strandline::Ordering::key;
};

/// Ends the program for `--help` and for what it does not understand.
[[nodiscard]] Options parse_options(int argc, char** argv);

}  // namespace quickstart

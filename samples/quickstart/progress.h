#pragma once

#include "fleet.h"
#include "stream.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace quickstart {

/// The live line: rewritten in place on a terminal, a new line every few seconds elsewhere.
/// Main thread only.
class Progress {
 public:
  Progress();
  void show(const Fleet& fleet, const Stream& stream);
  /// A line of its own, which stays.
  void say(const std::string& line);
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  const bool terminal_;
  const Clock::time_point started_ = Clock::now();
  const Clock::duration interval_;
  Clock::time_point shown_ = started_;
  std::uint64_t processed_ = 0;  ///< as of shown_
  bool line_open_ = false;       ///< the cursor stands behind an unfinished line
};

}  // namespace quickstart

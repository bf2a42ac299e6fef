#pragma once

#include <strandline/log.h>

#include "support/waiting.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace strandline::testing {

/// Takes the process's log, from a level on, for as long as it lives. Thread safety: all of it from
/// any thread.
class LogCapture {
 public:
  explicit LogCapture(LogLevel least = LogLevel::warning) {
    set_log_sink([this, least](LogLevel level, std::string_view line) {
      const std::scoped_lock lock(mutex_);
      if (level >= least) lines_.emplace_back(line);
    });
  }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture() { set_log_sink({}); }

  /// Lines that contain `text`.
  [[nodiscard]] std::size_t count(std::string_view text) const {
    const std::scoped_lock lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(
        lines_, [&](const std::string& line) { return line.find(text) != std::string::npos; }));
  }
  [[nodiscard]] bool wait_for(std::string_view text) const {
    return eventually([&] { return count(text) > 0; });
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
};

}  // namespace strandline::testing

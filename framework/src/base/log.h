#pragma once

#include <strandline/log.h>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace strandline::detail {

/// Hands one line to the sink. Never throws: a sink that does is ignored.
void write_log(LogLevel level, const std::string& line) noexcept;

/// `log(LogLevel::warning, "commit of {} failed: {}", partition, why)`: formats only when the level
/// is on. Never call it per record.
template <class... Args>
void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) noexcept {
  if (level < log_level()) return;
  try {
    write_log(level, fmt::format(format, std::forward<Args>(args)...));
  } catch (...) {
    write_log(level, "(a log line could not be formatted)");
  }
}

}  // namespace strandline::detail

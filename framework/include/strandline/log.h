#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace strandline {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

/// Takes one line, without a newline. Called from any of the framework's threads, also several at
/// once.
using LogSink = std::function<void(LogLevel, std::string_view)>;

/// Replaces the process-wide sink (default: spdlog to stderr). An empty one restores the default.
/// Nothing is logged for each record but what becomes of a failed one: dropped, parked, its dead
/// letter refused. Thread safe.
void set_log_sink(LogSink sink);

/// Lines below it are not even formatted. Default: info. Thread safe.
void set_log_level(LogLevel level) noexcept;
[[nodiscard]] LogLevel log_level() noexcept;

}  // namespace strandline

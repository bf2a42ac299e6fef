#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <mutex>

namespace strandline {

namespace {

// Read on every log call from any thread; a late change shows a line more or less, which is
// harmless.
std::atomic<LogLevel> current_level{LogLevel::info};

struct SinkHolder {
  std::mutex mutex;
  std::shared_ptr<LogSink> sink;  // guarded by mutex
};

SinkHolder& holder() {
  // Leaked on purpose: threads may still log while static objects are being destroyed.
  static auto* const instance = new SinkHolder;
  return *instance;
}

void write_default(LogLevel level, std::string_view line) {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>(
        "strandline", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-7l%$ strandline: %v");
    made->set_level(spdlog::level::trace);
    return made;
  }();
  static constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                          spdlog::level::warn, spdlog::level::err,
                                                          spdlog::level::off};
  logger->log(kLevels[static_cast<std::size_t>(level)], line);
}

}  // namespace

void set_log_sink(LogSink sink) {
  auto shared = sink ? std::make_shared<LogSink>(std::move(sink)) : nullptr;
  const std::scoped_lock lock(holder().mutex);
  holder().sink = std::move(shared);
}

void set_log_level(LogLevel level) noexcept {
  current_level.store(level, std::memory_order_relaxed);
}

LogLevel log_level() noexcept { return current_level.load(std::memory_order_relaxed); }

namespace detail {

void write_log(LogLevel level, const std::string& line) noexcept {
  try {
    std::shared_ptr<LogSink> sink;
    {
      const std::scoped_lock lock(holder().mutex);
      sink = holder().sink;
    }
    // Called outside the lock: a sink may itself set another sink.
    if (sink) {
      (*sink)(level, line);
    } else {
      write_default(level, line);
    }
  } catch (...) {
    // A log line is not worth a consumer.
    return;
  }
}

}  // namespace detail
}  // namespace strandline

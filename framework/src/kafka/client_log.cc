#include "kafka/client_log.h"

#include "base/log.h"

namespace strandline::detail {

namespace {

/// librdkafka counts as syslog does: 3 error, 4 warning, 5 notice, 6 info, 7 debug.
LogLevel to_level(int syslog) noexcept {
  if (syslog <= 3) return LogLevel::error;
  if (syslog == 4) return LogLevel::warning;
  return syslog <= 6 ? LogLevel::info : LogLevel::debug;
}

}  // namespace

void write_client_log(rd_kafka_queue_t& queue) noexcept {
  for (int i = 0; i < 100; ++i) {
    const EventHandle event{rd_kafka_queue_poll(&queue, 0)};
    if (!event) return;
    const char* facility = "";
    const char* text = "";
    int level = 7;
    if (rd_kafka_event_log(event.get(), &facility, &text, &level) != 0) continue;
    log(to_level(level), "librdkafka {}: {}", facility, text);
  }
}

}  // namespace strandline::detail

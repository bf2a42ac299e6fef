#include "event_writer.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

namespace verifiable {

void EventWriter::write(std::string_view name, const Json& fields) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  Json event{{"timestamp", std::chrono::duration_cast<std::chrono::milliseconds>(now).count()},
             {"name", name}};
  event.update(fields);
  // Keys and values may be any bytes; JSON is UTF-8.
  const std::string line = event.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t count = ::write(STDOUT_FILENO, line.data() + written, line.size() - written);
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      throw std::system_error(errno, std::generic_category(), "cannot write an event");
    }
  }
}

}  // namespace verifiable

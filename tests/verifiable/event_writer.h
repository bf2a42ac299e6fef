#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

namespace verifiable {

using Json = nlohmann::ordered_json;

/// Events as lines of JSON on standard output. Each is one write(2) with nothing buffered: what a
/// process has said must still be there when it is killed by SIGKILL, or a test would take finished
/// work for lost. Thread safety: one thread at a time.
class EventWriter {
 public:
  /// `fields` is an object; the name and the time are put before it.
  void write(std::string_view name, const Json& fields = Json::object());
};

}  // namespace verifiable

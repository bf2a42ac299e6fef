#pragma once

#include "kafka/handles.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace strandline::detail {

/// A record's headers as librdkafka's; a copy. Null and empty values stay apart.
[[nodiscard]] inline HeadersHandle to_headers(
    const std::vector<std::pair<std::string, std::optional<std::string>>>& all) {
  HeadersHandle headers{rd_kafka_headers_new(all.size())};
  for (const auto& [name, value] : all) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()),
                        value ? value->data() : nullptr,
                        value ? static_cast<ssize_t>(value->size()) : 0);
  }
  return headers;
}

}  // namespace strandline::detail

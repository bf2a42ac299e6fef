#pragma once

#include <strandline/detail/message_access.h>
#include <strandline/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace strandline::test {

/// A message as plain data, and the access to it that a Record needs. Must outlive its records.
struct FakeMessage final : detail::MessageAccess {
  TopicPartition partition{"orders", PartitionId{3}};
  std::int64_t offset = 42;
  std::optional<std::string> key = "key";
  std::optional<std::string> value = "value";
  Timestamp time{TimestampType::create_time, std::chrono::milliseconds(1000)};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers{};

  [[nodiscard]] detail::RecordFields fields() const noexcept {
    detail::RecordFields fields;
    if (key) {
      fields.key = key->data();
      fields.key_size = key->size();
    }
    if (value) {
      fields.value = value->data();
      fields.value_size = value->size();
    }
    fields.offset = offset;
    fields.partition = &partition;
    fields.message = this;
    fields.access = this;
    return fields;
  }

  [[nodiscard]] Timestamp timestamp(const void* message) const override {
    return static_cast<const FakeMessage*>(message)->time;
  }
  [[nodiscard]] std::size_t header_count(const void* message) const override {
    return static_cast<const FakeMessage*>(message)->headers.size();
  }
  [[nodiscard]] detail::RawHeader header(const void* message, std::size_t index) const override {
    const auto& [name, text] = static_cast<const FakeMessage*>(message)->headers[index];
    return {name, text ? std::string_view(*text) : std::string_view{}, !text.has_value()};
  }
};

}  // namespace strandline::test

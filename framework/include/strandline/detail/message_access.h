#pragma once

#include <strandline/types.h>

#include <cstddef>
#include <string_view>

/// How a `Record` reaches what it does not carry itself. Not for applications: the broker client
/// implements it over librdkafka, tests over plain structs.
namespace strandline::detail {

struct RawHeader {
  std::string_view name;
  std::string_view value;
  bool is_null = false;
};

/// Lazy access to one received message.
/// Thread safety: calls for one message come from one thread at a time.
class MessageAccess {
 public:
  virtual ~MessageAccess() = default;
  [[nodiscard]] virtual Timestamp timestamp(const void* message) const = 0;
  [[nodiscard]] virtual std::size_t header_count(const void* message) const = 0;
  [[nodiscard]] virtual RawHeader header(const void* message, std::size_t index) const = 0;
};

/// What a `Record` is made of: 64 bytes, one cache line, filled on the worker that reads it.
/// A null pointer for key or value means Kafka's null; empty is a non-null pointer and size 0.
struct RecordFields {
  const char* key = nullptr;
  std::size_t key_size = 0;
  const char* value = nullptr;
  std::size_t value_size = 0;
  std::int64_t offset = -1;
  const TopicPartition* partition = nullptr;
  const void* message = nullptr;
  const MessageAccess* access = nullptr;
};

}  // namespace strandline::detail

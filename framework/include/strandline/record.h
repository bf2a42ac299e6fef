#pragma once

#include <strandline/detail/message_access.h>
#include <strandline/headers.h>
#include <strandline/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strandline {

/// A record that owns its bytes: what to keep when a record must outlive its handler call.
struct OwnedRecord {
  std::string topic;
  PartitionId partition;
  Offset offset;
  Timestamp timestamp;
  std::optional<std::string> key;    ///< nullopt = null, which is not the same as empty
  std::optional<std::string> value;  ///< nullopt = null: a tombstone
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

/// One record, as a view into the memory librdkafka received it in: nothing is copied.
///
/// Lifetime: a record lives as long as the handler call it was given to; in the asynchronous and
/// coroutine forms until its `Completion` is answered or its task has ended. It cannot be copied or
/// moved, and its views cannot be taken from a temporary, so the usual ways to dangle do not
/// compile. What must live longer is taken out with `copy()`. Thread safety: read it from one
/// thread at a time (headers are parsed at first access).
class Record {
 public:
  explicit Record(const detail::RecordFields& fields) noexcept : fields_(fields) {}
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  /// The key's bytes; empty both for an empty and for a null key (`has_key` tells them apart).
  [[nodiscard]] std::string_view key() const& noexcept { return {fields_.key, fields_.key_size}; }
  /// The value's bytes; empty both for an empty and for a null value (`is_tombstone` tells).
  [[nodiscard]] std::string_view value() const& noexcept {
    return {fields_.value, fields_.value_size};
  }
  [[nodiscard]] Headers headers() const& { return Headers{fields_.access, fields_.message}; }
  [[nodiscard]] std::string_view topic() const& noexcept { return fields_.partition->topic; }

  std::string_view key() const&& = delete;
  std::string_view value() const&& = delete;
  Headers headers() const&& = delete;
  std::string_view topic() const&& = delete;

  [[nodiscard]] bool has_key() const noexcept { return fields_.key != nullptr; }
  /// The value is null: in a compacted topic, "this key is deleted".
  [[nodiscard]] bool is_tombstone() const noexcept { return fields_.value == nullptr; }
  [[nodiscard]] PartitionId partition() const noexcept { return fields_.partition->partition; }
  [[nodiscard]] Offset offset() const noexcept { return Offset{fields_.offset}; }
  [[nodiscard]] Timestamp timestamp() const { return fields_.access->timestamp(fields_.message); }

  [[nodiscard]] OwnedRecord copy() const;

 private:
  detail::RecordFields fields_;
};

/// "orders[3]@42": how the framework names a record in errors and logs.
[[nodiscard]] std::string to_string(const Record& record);

}  // namespace strandline

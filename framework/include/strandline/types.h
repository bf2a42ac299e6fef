#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <utility>

/// The few types that Kafka counts in, made distinct so that an offset cannot be passed for a
/// count.
namespace strandline {

/// A position in a partition's log. `next()` is the only "+1" in the framework.
class Offset {
 public:
  constexpr Offset() noexcept = default;
  constexpr explicit Offset(std::int64_t value) noexcept : value_(value) {}

  [[nodiscard]] constexpr std::int64_t value() const noexcept { return value_; }
  [[nodiscard]] constexpr Offset next() const noexcept { return Offset{value_ + 1}; }
  /// False for "none yet": a partition without a committed offset, a position before the first
  /// record.
  [[nodiscard]] constexpr bool is_valid() const noexcept { return value_ >= 0; }

  friend constexpr auto operator<=>(Offset, Offset) noexcept = default;

 private:
  std::int64_t value_ = -1;
};

/// A partition's number within its topic.
class PartitionId {
 public:
  constexpr PartitionId() noexcept = default;
  constexpr explicit PartitionId(std::int32_t value) noexcept : value_(value) {}

  [[nodiscard]] constexpr std::int32_t value() const noexcept { return value_; }

  friend constexpr auto operator<=>(PartitionId, PartitionId) noexcept = default;

 private:
  std::int32_t value_ = -1;
};

/// One assignment of one partition to this consumer. A partition that is revoked and comes back has
/// a new epoch, so that what finishes late in the old one can be told apart and is not applied.
enum class Epoch : std::uint64_t {};

struct TopicPartition {
  std::string topic;
  PartitionId partition;

  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
};

/// "orders[3]", as logs and errors name it.
[[nodiscard]] inline std::string to_string(const TopicPartition& partition) {
  return partition.topic + "[" + std::to_string(partition.partition.value()) + "]";
}

/// What a record's timestamp means (the topic's `message.timestamp.type`).
enum class TimestampType : std::uint8_t { not_available, create_time, log_append_time };

struct Timestamp {
  TimestampType type = TimestampType::not_available;
  /// Since the Unix epoch; of no meaning when the type is `not_available`.
  std::chrono::milliseconds since_epoch{-1};
};

}  // namespace strandline

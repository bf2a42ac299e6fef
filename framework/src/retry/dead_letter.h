#pragma once

#include <strandline/outcome.h>
#include <strandline/record.h>
#include <strandline/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strandline::detail {

/// The headers that a dead letter has beside the record's own. They stand behind those, so that a
/// letter which fails once more tells of the last failure to whoever asks for the last header of a
/// name, and keeps its first origin. Values are text; numbers are decimal.
namespace dead_letter_header {
inline constexpr std::string_view kTopic = "strandline.origin.topic";
inline constexpr std::string_view kPartition = "strandline.origin.partition";
inline constexpr std::string_view kOffset = "strandline.origin.offset";
/// Milliseconds since the Unix epoch; missing when the record had none.
inline constexpr std::string_view kTimestamp = "strandline.origin.timestamp";
/// "create_time" or "log_append_time"; missing when the record had no timestamp.
inline constexpr std::string_view kTimestampType = "strandline.origin.timestamp_type";
inline constexpr std::string_view kAttempts = "strandline.failure.attempts";
/// At most `kReasonBytesMax` bytes of UTF-8, as cut by `truncated`.
inline constexpr std::string_view kReason = "strandline.failure.reason";
}  // namespace dead_letter_header

/// Longer reasons would take the room of the record itself within the broker's message.max.bytes.
inline constexpr std::size_t kReasonBytesMax = 1024;

/// What to produce in a record's stead: the same key, value, headers (all, in order, repeated names
/// and nulls as they are) and timestamp. Field by field what the producer takes, which this room
/// cannot see.
///
/// Key and value are views into the record's message, whose memory stays until the letter has been
/// acknowledged anyway. Headers are copies: they are parsed out of the message one by one.
struct DeadLetter {
  std::optional<std::string_view> key;    ///< nullopt = null
  std::optional<std::string_view> value;  ///< nullopt = null
  Timestamp timestamp;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
};

/// The record's message must outlive the result, the `Record` need not. `attempts`: how many have
/// failed.
[[nodiscard]] DeadLetter make_dead_letter(const Record& record, const Failure& failure,
                                          unsigned attempts);

/// The text, or as much of it as fits with "..." behind it into `bytes_max` (at least 3), never
/// cutting through a UTF-8 character.
[[nodiscard]] std::string truncated(std::string_view text, std::size_t bytes_max);

}  // namespace strandline::detail

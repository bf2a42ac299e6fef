#pragma once

#include <string_view>

/// The headers that a dead letter has beside the record's own. They stand behind those, so that a
/// letter which fails once more tells of the last failure to whoever asks for the last header of a
/// name (`Headers::last`), and keeps its first origin. Values are text; numbers are decimal.
namespace strandline::dead_letter_header {

inline constexpr std::string_view kTopic = "strandline.origin.topic";
inline constexpr std::string_view kPartition = "strandline.origin.partition";
inline constexpr std::string_view kOffset = "strandline.origin.offset";
/// Milliseconds since the Unix epoch; missing when the record had none.
inline constexpr std::string_view kTimestamp = "strandline.origin.timestamp";
/// "create_time" or "log_append_time"; missing when the record had no timestamp.
inline constexpr std::string_view kTimestampType = "strandline.origin.timestamp_type";
inline constexpr std::string_view kAttempts = "strandline.failure.attempts";
/// At most 1024 bytes of UTF-8, "..." behind what was cut.
inline constexpr std::string_view kReason = "strandline.failure.reason";

}  // namespace strandline::dead_letter_header

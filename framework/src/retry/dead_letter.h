#pragma once

#include <strandline/dead_letter.h>
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

/// Of `dead_letter_header::kReason`: longer ones would take the room of the record itself within
/// the broker's message.max.bytes.
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

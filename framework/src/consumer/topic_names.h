#pragma once

#include <string>
#include <string_view>

namespace strandline::detail {

/// Kafka's own rule for topic names: 1 to 249 of letters, digits, '.', '_', '-', and neither "."
/// nor "..". What is wrong with this one; empty when nothing is.
[[nodiscard]] std::string topic_name_problem(std::string_view name);

/// What is wrong with a regular expression, as the C library says; empty when nothing is.
/// librdkafka compiles patterns by the same function.
[[nodiscard]] std::string pattern_problem(const std::string& pattern);

/// False also when the pattern is none.
[[nodiscard]] bool pattern_matches(const std::string& pattern, const std::string& topic);

}  // namespace strandline::detail

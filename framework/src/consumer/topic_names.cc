#include "consumer/topic_names.h"

#include <regex.h>

#include <algorithm>
#include <array>

namespace strandline::detail {

namespace {

constexpr std::size_t kTopicNameMax = 249;

bool may_stand_in_a_topic_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

/// A compiled POSIX extended regular expression.
class Pattern {
 public:
  explicit Pattern(const std::string& text)
      : error_(regcomp(&regex_, text.c_str(), REG_EXTENDED | REG_NOSUB)) {}
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() {
    if (error_ == 0) regfree(&regex_);
  }

  [[nodiscard]] std::string problem() const {
    if (error_ == 0) return {};
    std::array<char, 256> text{};
    regerror(error_, &regex_, text.data(), text.size());
    return text.data();
  }
  [[nodiscard]] bool matches(const std::string& text) const {
    return error_ == 0 && regexec(&regex_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t regex_{};
  int error_;
};

}  // namespace

std::string topic_name_problem(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name == "." || name == "..") return "is a name that Kafka reserves";
  if (name.size() > kTopicNameMax) return "is longer than Kafka's 249 characters";
  if (!std::ranges::all_of(name, may_stand_in_a_topic_name)) {
    return "has characters that Kafka does not allow in a topic name";
  }
  return {};
}

std::string pattern_problem(const std::string& pattern) { return Pattern(pattern).problem(); }

bool pattern_matches(const std::string& pattern, const std::string& topic) {
  return Pattern(pattern).matches(topic);
}

}  // namespace strandline::detail

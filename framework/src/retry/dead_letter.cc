#include "retry/dead_letter.h"

#include "retry/failure_decision.h"

namespace strandline::detail {

namespace {

constexpr std::size_t kOwnHeaders = 7;

// The bytes of a UTF-8 character behind its first one.
bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0b1100'0000U) == 0b1000'0000U;
}

void copy_headers(const Record& record, DeadLetter& letter) {
  const Headers headers = record.headers();
  letter.headers.reserve(headers.size() + kOwnHeaders);
  for (const Header header : headers) {
    std::optional<std::string> value;
    if (header.value) value.emplace(*header.value);
    letter.headers.emplace_back(header.name, std::move(value));
  }
}

void add_origin(const Record& record, DeadLetter& letter) {
  const auto add = [&](std::string_view name, std::string value) {
    letter.headers.emplace_back(name, std::move(value));
  };
  add(dead_letter_header::kTopic, std::string(record.topic()));
  add(dead_letter_header::kPartition, std::to_string(record.partition().value()));
  add(dead_letter_header::kOffset, std::to_string(record.offset().value()));
  if (letter.timestamp.type == TimestampType::not_available) return;
  add(dead_letter_header::kTimestamp, std::to_string(letter.timestamp.since_epoch.count()));
  const bool created = letter.timestamp.type == TimestampType::create_time;
  add(dead_letter_header::kTimestampType, created ? "create_time" : "log_append_time");
}

}  // namespace

DeadLetter make_dead_letter(const Record& record, const Failure& failure, unsigned attempts) {
  DeadLetter letter;
  if (record.has_key()) letter.key = record.key();
  if (!record.is_tombstone()) letter.value = record.value();
  letter.timestamp = record.timestamp();
  copy_headers(record, letter);
  add_origin(record, letter);
  letter.headers.emplace_back(dead_letter_header::kAttempts, std::to_string(attempts));
  letter.headers.emplace_back(dead_letter_header::kReason,
                              truncated(describe(failure), kReasonBytesMax));
  return letter;
}

std::string truncated(std::string_view text, std::size_t bytes_max) {
  constexpr std::string_view kCut = "...";
  if (text.size() <= bytes_max) return std::string(text);
  std::size_t kept = bytes_max - kCut.size();
  while (kept > 0 && continues_character(text[kept])) --kept;
  return std::string(text.substr(0, kept)).append(kCut);
}

}  // namespace strandline::detail

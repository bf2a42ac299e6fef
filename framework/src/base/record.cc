#include <strandline/record.h>

namespace strandline {

OwnedRecord Record::copy() const {
  OwnedRecord owned;
  owned.topic = topic();
  owned.partition = partition();
  owned.offset = offset();
  owned.timestamp = timestamp();
  if (has_key()) owned.key.emplace(key());
  if (!is_tombstone()) owned.value.emplace(value());
  const Headers all = headers();
  const std::size_t count = all.size();
  owned.headers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Header header = all[i];
    std::optional<std::string> text;
    if (header.value) text.emplace(*header.value);
    owned.headers.emplace_back(header.name, std::move(text));
  }
  return owned;
}

std::string to_string(const Record& record) {
  return to_string(TopicPartition{std::string(record.topic()), record.partition()}) + "@" +
         std::to_string(record.offset().value());
}

}  // namespace strandline

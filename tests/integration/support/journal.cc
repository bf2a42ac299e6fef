#include "support/journal.h"

#include "support/waiting.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace strandline::testing {

void Journal::write(const Record& record) {
  Entry entry{{std::string(record.topic()), record.partition()}, record.offset().value()};
  if (record.has_key()) entry.key = std::string(record.key());
  const std::scoped_lock lock(mutex_);
  entries_.push_back(std::move(entry));
  changed_.notify_all();
}

std::size_t Journal::size() const {
  const std::scoped_lock lock(mutex_);
  return entries_.size();
}

std::vector<Journal::Entry> Journal::entries() const {
  const std::scoped_lock lock(mutex_);
  return entries_;
}

bool Journal::wait_for(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kDeadline, [&] { return entries_.size() >= count; });
}

std::map<TopicPartition, std::vector<std::int64_t>> Journal::offsets() const {
  std::map<TopicPartition, std::vector<std::int64_t>> all;
  for (const Entry& entry : entries()) all[entry.partition].push_back(entry.offset);
  return all;
}

std::map<std::pair<TopicPartition, std::optional<std::string>>, std::vector<std::int64_t>>
Journal::offsets_by_key() const {
  std::map<std::pair<TopicPartition, std::optional<std::string>>, std::vector<std::int64_t>> all;
  for (const Entry& entry : entries()) all[{entry.partition, entry.key}].push_back(entry.offset);
  return all;
}

std::vector<std::int64_t> up_to(std::int64_t count) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<std::int64_t> sorted(std::vector<std::int64_t> offsets) {
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

}  // namespace strandline::testing

#include "partition_book.h"

#include <iterator>

namespace verifiable {

namespace {

/// One past the last offset that follows `from` in the set without a gap.
std::int64_t end_of_run(const std::set<std::int64_t>& offsets, std::int64_t from) {
  auto next = offsets.lower_bound(from);
  while (next != offsets.end() && *next == from) {
    ++from;
    ++next;
  }
  return from;
}

}  // namespace

void PartitionBook::add(strandline::Offset offset) { untold_.insert(offset.value()); }

Range PartitionBook::take_front(std::int64_t end) {
  const auto last = untold_.lower_bound(end);
  const Range range{std::distance(untold_.begin(), last), *untold_.begin(), *std::prev(last)};
  untold_.erase(untold_.begin(), last);
  position_ = range.max + 1;
  return range;
}

std::optional<Range> PartitionBook::take_ready() {
  if (untold_.empty()) return std::nullopt;
  if (in_order_) return take_front(*untold_.rbegin() + 1);
  const std::int64_t end = position_ < 0 ? -1 : end_of_run(untold_, position_);
  if (end <= *untold_.begin()) return std::nullopt;
  return take_front(end);
}

std::optional<Range> PartitionBook::take_below(strandline::Offset offset) {
  if (untold_.empty() || *untold_.begin() >= offset.value()) return std::nullopt;
  return take_front(offset.value());
}

std::vector<Range> PartitionBook::take_rest() {
  std::vector<Range> ranges;
  while (!untold_.empty()) {
    ranges.push_back(
        take_front(in_order_ ? *untold_.rbegin() + 1 : end_of_run(untold_, *untold_.begin())));
  }
  return ranges;
}

}  // namespace verifiable

#include "commit/commit_tracker.h"

#include "base/assert.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <functional>
#include <limits>
#include <utility>

namespace strandline::detail {

namespace {

constexpr std::uint32_t kWordBits = 64;
constexpr std::size_t kRingStart = 4;

// Bits [begin, end) of one word; 0 ≤ begin < end ≤ 64.
constexpr std::uint64_t mask(std::uint32_t begin, std::uint32_t end) noexcept {
  return (~std::uint64_t{0} >> (kWordBits - (end - begin))) << begin;
}

}  // namespace

CommitTracker::CommitTracker(Offset start) : ring_(kRingStart), position_(start) {}

Sequence CommitTracker::admit(std::span<const std::int64_t> offsets) {
  if (offsets.empty()) return next_;
  STRANDLINE_ASSERT(offsets.size() <= std::numeric_limits<std::uint32_t>::max(),
                    "a batch has fewer than 2^32 records");
  STRANDLINE_ASSERT(Offset{offsets.front()} > highest_,
                    "offsets of one assignment rise from batch to batch");
  assert(std::ranges::adjacent_find(offsets, std::ranges::greater_equal{}) == offsets.end());

  if (tail_ - head_ == ring_.size()) grow();
  Entry& added = entry(tail_++);
  added.first = next_;
  added.offsets = offsets.data();
  added.last = Offset{offsets.back()};
  added.count = static_cast<std::uint32_t>(offsets.size());
  added.prefix = 0;
  added.done = 0;
  added.beyond.clear();

  if (in_flight_ == 0) oldest_offset_ = Offset{offsets.front()};
  in_flight_ += offsets.size();
  highest_ = added.last;
  return std::exchange(next_, next_ + offsets.size());
}

std::size_t CommitTracker::complete(Sequence first, std::size_t count) {
  STRANDLINE_ASSERT(first <= next_ && count <= next_ - first,
                    "only admitted records are completed");
  if (in_flight_ == 0) return 0;
  const Sequence end = first + count;
  // What lies before the oldest entry has been complete for long.
  first = std::max(first, entry(head_).first);
  if (first >= end) return 0;

  std::size_t newly = 0;
  for (std::uint64_t number = find(first); first < end; ++number) {
    Entry& batch = entry(number);
    const Sequence stop = std::min<Sequence>(end, batch.first + batch.count);
    const std::uint32_t added = batch.finish(static_cast<std::uint32_t>(first - batch.first),
                                             static_cast<std::uint32_t>(stop - batch.first));
    // Nothing added: the batch may have been complete before, and its offsets gone.
    if (added > 0) highest_completed_ = std::max(highest_completed_, batch.offset_before(stop));
    newly += added;
    first = stop;
    hint_ = number;
  }
  in_flight_ -= newly;
  if (newly > 0) advance();
  return newly;
}

std::size_t CommitTracker::complete(Sequence first, std::span<const std::uint32_t> indices) {
  if (indices.empty()) return 0;
  assert(std::ranges::adjacent_find(indices, std::ranges::greater_equal{}) == indices.end());
  STRANDLINE_ASSERT(first < next_ && indices.back() < next_ - first,
                    "only admitted records are completed");
  // What lies before the oldest entry has been complete for long.
  if (in_flight_ == 0 || first < entry(head_).first) return 0;
  hint_ = find(first);
  Entry& batch = entry(hint_);
  STRANDLINE_ASSERT(batch.first == first && indices.back() < batch.count,
                    "indices count from the first record of one batch");
  const std::uint32_t newly = batch.finish(indices);
  if (newly == 0) return 0;  // all of the batch may be complete, and its offsets gone
  highest_completed_ =
      std::max(highest_completed_, batch.offset_before(first + indices.back() + 1));
  in_flight_ -= newly;
  advance();
  return newly;
}

bool CommitTracker::is_complete(Sequence sequence) const {
  if (sequence >= next_) return false;
  if (in_flight_ == 0 || sequence < entry(head_).first) return true;
  const Entry& batch = entry(find(sequence));
  return batch.is_set(static_cast<std::uint32_t>(sequence - batch.first));
}

std::optional<Sequence> CommitTracker::oldest_unfinished() const noexcept {
  if (in_flight_ == 0) return std::nullopt;
  return entry(head_).first + entry(head_).prefix;
}

// `sequence` is in the ring. A run finishes a stretch of one batch, a batch goes on where the last
// one ended: only jumps between batches are searched for.
std::uint64_t CommitTracker::find(Sequence sequence) const noexcept {
  for (const std::uint64_t near : {hint_, hint_ + 1, head_}) {
    if (near >= head_ && near < tail_ && entry(near).holds(sequence)) return near;
  }
  std::uint64_t low = head_;
  std::uint64_t high = tail_;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (entry(middle).first <= sequence ? low : high) = middle;
  }
  return low;
}

void CommitTracker::grow() {
  std::vector<Entry> larger(ring_.size() * 2);
  for (std::uint64_t number = head_; number < tail_; ++number) {
    larger[number & (larger.size() - 1)] = std::move(entry(number));
  }
  ring_ = std::move(larger);
}

// Moves the position over everything that is finished from the head on, and the head to the first
// entry that is not. Reads the offsets now, while their batch is certain to be there.
void CommitTracker::advance() {
  while (head_ < tail_ && entry(head_).complete()) position_ = entry(head_++).last.next();
  if (head_ == tail_) {
    oldest_offset_ = Offset{};
    return;
  }
  const Entry& oldest = entry(head_);
  if (oldest.prefix > 0) position_ = Offset{oldest.offsets[oldest.prefix - 1]}.next();
  oldest_offset_ = Offset{oldest.offsets[oldest.prefix]};
}

bool CommitTracker::Entry::is_set(std::uint32_t index) const noexcept {
  if (index < prefix) return true;
  return !beyond.empty() && ((beyond[index / kWordBits] >> (index % kWordBits)) & 1) != 0;
}

// Returns how many of [begin, end) were not finished before.
std::uint32_t CommitTracker::Entry::finish(std::uint32_t begin, std::uint32_t end) {
  begin = std::max(begin, prefix);
  if (begin >= end) return 0;
  if (begin == prefix && done == prefix) {
    prefix = done = end;
    return end - begin;
  }
  if (beyond.empty()) beyond.resize((count + kWordBits - 1) / kWordBits);
  const std::uint32_t newly = set_bits(begin, end);
  done += newly;
  if (begin == prefix) extend_prefix();
  return newly;
}

std::uint32_t CommitTracker::Entry::finish(std::span<const std::uint32_t> indices) {
  if (complete()) return 0;
  const std::uint32_t end = indices.back() + 1;
  if (end - indices.front() == indices.size()) return finish(indices.front(), end);
  if (beyond.empty()) beyond.resize((count + kWordBits - 1) / kWordBits);
  std::uint32_t newly = 0;
  for (const std::uint32_t index : indices) {
    if (index < prefix) continue;
    std::uint64_t& word = beyond[index / kWordBits];
    const std::uint64_t bit = std::uint64_t{1} << (index % kWordBits);
    newly += static_cast<std::uint32_t>((word & bit) == 0);
    word |= bit;
  }
  done += newly;
  extend_prefix();
  return newly;
}

std::uint32_t CommitTracker::Entry::set_bits(std::uint32_t begin, std::uint32_t end) noexcept {
  std::uint32_t newly = 0;
  while (begin < end) {
    std::uint64_t& word = beyond[begin / kWordBits];
    const std::uint32_t low = begin % kWordBits;
    const std::uint32_t high = std::min(kWordBits, low + (end - begin));
    const std::uint64_t added = mask(low, high) & ~word;
    word |= added;
    newly += static_cast<std::uint32_t>(std::popcount(added));
    begin += high - low;
  }
  return newly;
}

// The bits of the prefix itself may be unset, those beyond it tell the truth.
void CommitTracker::Entry::extend_prefix() noexcept {
  while (prefix < done) {
    const std::uint32_t low = prefix % kWordBits;
    const auto run = static_cast<std::uint32_t>(std::countr_one(beyond[prefix / kWordBits] >> low));
    prefix += std::min(run, kWordBits - low);
    if (run < kWordBits - low) return;
  }
}

}  // namespace strandline::detail

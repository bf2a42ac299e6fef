#include "partition/strand.h"

#include <algorithm>

namespace strandline::detail {

void Strand::push_back(Stretch stretch) {
  queued_ += stretch.size();
  if (!empty()) {
    Stretch& last = queue_.back();
    if (last.batch == stretch.batch && last.end == stretch.begin) {
      last.end = stretch.end;
      return;
    }
  }
  // Moves the live tail down once most of the storage is spent, so that it does not grow for ever.
  if (head_ > 32 && head_ * 2 > queue_.size()) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  queue_.push_back(stretch);
}

void Strand::push_front(Stretch stretch) {
  queued_ += stretch.size();
  if (!empty()) {
    Stretch& first = queue_[head_];
    if (first.batch == stretch.batch && stretch.end == first.begin) {
      first.begin = stretch.begin;
      return;
    }
  }
  if (head_ == 0) {
    queue_.insert(queue_.begin(), stretch);
  } else {
    queue_[--head_] = stretch;
  }
}

std::size_t Strand::take(std::size_t max, bool one_batch, std::vector<Stretch>& taken) {
  std::size_t count = 0;
  while (count < max && !empty()) {
    Stretch& first = queue_[head_];
    if (one_batch && !taken.empty() && taken.back().batch != first.batch) break;
    const auto some = static_cast<std::uint32_t>(std::min<std::size_t>(first.size(), max - count));
    taken.push_back({first.batch, first.begin, first.begin + some});
    count += some;
    first.begin += some;
    if (first.size() == 0) ++head_;
  }
  queued_ -= count;
  if (empty()) {
    queue_.clear();
    head_ = 0;
  }
  return count;
}

std::size_t Strand::cut(Offset mark) noexcept {
  const std::size_t before = queued_;
  queued_ = 0;
  auto kept = queue_.begin() + static_cast<std::ptrdiff_t>(head_);
  // All of them are looked at: without order what runs gave back need not lie in offset order.
  for (auto next = kept; next != queue_.end(); ++next) {
    // Within a stretch offsets rise.
    while (next->end > next->begin && next->batch->offset_at(next->end - 1) >= mark) --next->end;
    if (next->size() == 0) continue;
    queued_ += next->size();
    *kept++ = *next;
  }
  queue_.erase(kept, queue_.end());
  return before - queued_;
}

void Strand::clear() noexcept {
  queue_.clear();
  head_ = 0;
  queued_ = 0;
}

}  // namespace strandline::detail

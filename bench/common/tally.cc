#include "common/tally.h"

#include <utility>

namespace bench {

namespace {
std::atomic<std::uint64_t> tallies{0};
}

constinit thread_local std::uint64_t Tally::cached_of = 0;
constinit thread_local Sheet* Tally::cached = nullptr;

Tally::Tally(std::int32_t partitions, std::function<void()> on_first)
    : number_(tallies.fetch_add(1) + 1),
      partitions_(static_cast<std::size_t>(partitions)),
      on_first_(std::move(on_first)) {}

Sheet& Tally::open_sheet() {
  std::call_once(first_, on_first_);
  const std::lock_guard lock(mutex_);
  sheets_.push_back(std::make_unique<Sheet>(partitions_));
  cached = sheets_.back().get();
  cached_of = number_;
  return *cached;
}

std::uint64_t Tally::handled() const {
  std::uint64_t handled = 0;
  for (const Counted& partition : partitions()) handled += partition.count;
  return handled;
}

std::vector<Counted> Tally::partitions() const {
  std::vector<Counted> total(partitions_);
  const std::lock_guard lock(mutex_);
  for (const auto& sheet : sheets_) {
    for (std::size_t p = 0; p < partitions_; ++p) {
      const Sheet::Slot& slot = sheet->slot(p);
      total[p].count += slot.count.load(std::memory_order_relaxed);
      total[p].sum += slot.sum.load(std::memory_order_relaxed);
      total[p].bytes += slot.bytes.load(std::memory_order_relaxed);
    }
  }
  return total;
}

}  // namespace bench

#include "scenarios/ledger.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace bench {

namespace {
constexpr std::size_t kNumbers = 8;
constexpr std::size_t kNumbersBytes = kNumbers * sizeof(std::atomic<std::int64_t>);
}  // namespace

Ledger::Ledger(std::vector<Extent> topic, const std::string& file)
    : topic_(std::move(topic)), counters_(topic_.size()) {
  first_.reserve(topic_.size());
  for (const Extent& partition : topic_) {
    first_.push_back(size_);
    size_ += partition.count();
  }
  map(file);
  count_what_is_there();
}

Ledger::~Ledger() { munmap(memory_, mapped_); }

void Ledger::map(const std::string& file) {
  mapped_ = kNumbersBytes + size_;
  int descriptor = -1;
  int flags = MAP_SHARED | MAP_ANONYMOUS;
  if (!file.empty()) {
    descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0 || ftruncate(descriptor, static_cast<off_t>(mapped_)) != 0) {
      throw std::system_error(errno, std::generic_category(), file);
    }
    flags = MAP_SHARED;
  }
  memory_ = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, flags, descriptor, 0);
  if (descriptor >= 0) close(descriptor);
  if (memory_ == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  // Zeroed pages are atomics that hold zero; both kinds are lock-free and no larger than what they
  // hold.
  static_assert(sizeof(std::atomic<std::uint8_t>) == 1);
  numbers_ = static_cast<std::atomic<std::int64_t>*>(memory_);
  seen_ = reinterpret_cast<std::atomic<std::uint8_t>*>(static_cast<char*>(memory_) + kNumbersBytes);
}

void Ledger::count_what_is_there() {
  for (std::size_t p = 0; p < topic_.size(); ++p) {
    for (std::size_t i = 0; i < topic_[p].count(); ++i) {
      if (seen_[first_[p] + i].load(std::memory_order_relaxed) != 0) ++counters_[p].distinct;
    }
  }
}

bool Ledger::note(std::int32_t partition, std::int64_t offset) noexcept {
  const auto p = static_cast<std::size_t>(partition);
  const auto index = first_[p] + static_cast<std::size_t>(offset - topic_[p].begin);
  const bool first = seen_[index].exchange(1, std::memory_order_relaxed) == 0;
  auto& counter = first ? counters_[p].distinct : counters_[p].repeated;
  counter.fetch_add(1, std::memory_order_relaxed);
  return first;
}

std::uint64_t Ledger::distinct_of(std::int32_t partition) const noexcept {
  return counters_[static_cast<std::size_t>(partition)].distinct.load(std::memory_order_relaxed);
}

std::uint64_t Ledger::repeated_of(std::int32_t partition) const noexcept {
  return counters_[static_cast<std::size_t>(partition)].repeated.load(std::memory_order_relaxed);
}

std::uint64_t Ledger::distinct() const noexcept {
  std::uint64_t sum = 0;
  for (const Counters& of_one : counters_) sum += of_one.distinct.load(std::memory_order_relaxed);
  return sum;
}

std::uint64_t Ledger::repeated() const noexcept {
  std::uint64_t sum = 0;
  for (const Counters& of_one : counters_) sum += of_one.repeated.load(std::memory_order_relaxed);
  return sum;
}

}  // namespace bench

#pragma once

#include "common/topics.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// How often each record of a topic was handled. Where records may come again, counts and sums do
/// not tell whether one is missing; this does. In a file it outlives the process that wrote it,
/// also one that was killed. Thread safety: everything from any thread.
class Ledger {
 public:
  /// `file`: empty for memory; otherwise made when it does not exist, continued when it does.
  explicit Ledger(std::vector<Extent> topic, const std::string& file = {});
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  /// True for the first time.
  bool note(std::int32_t partition, std::int64_t offset) noexcept;

  [[nodiscard]] std::uint64_t records() const noexcept { return size_; }
  /// Different ones handled.
  [[nodiscard]] std::uint64_t distinct() const noexcept;
  [[nodiscard]] std::uint64_t distinct_of(std::int32_t partition) const noexcept;
  /// Times that one was handled again, noted by this object.
  [[nodiscard]] std::uint64_t repeated() const noexcept;
  [[nodiscard]] std::uint64_t repeated_of(std::int32_t partition) const noexcept;
  [[nodiscard]] bool complete() const noexcept { return distinct() == size_; }
  [[nodiscard]] const std::vector<Extent>& topic() const noexcept { return topic_; }

  /// A place for a few numbers beside the records, shared like them.
  [[nodiscard]] std::atomic<std::int64_t>& number(std::size_t which) noexcept {
    return numbers_[which];
  }

 private:
  struct alignas(64) Counters {
    std::atomic<std::uint64_t> distinct{0};
    std::atomic<std::uint64_t> repeated{0};
  };
  void map(const std::string& file);
  void count_what_is_there();

  std::vector<Extent> topic_;
  std::vector<std::size_t> first_;  // of each partition: where its records begin
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;
  void* memory_ = nullptr;
  std::atomic<std::int64_t>* numbers_ = nullptr;
  std::atomic<std::uint8_t>* seen_ = nullptr;
  std::vector<Counters> counters_;
};

}  // namespace bench

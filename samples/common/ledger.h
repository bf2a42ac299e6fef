#pragma once

#include <strandline/types.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>

namespace samples {

/// Which records have been handled, how often, and in which order within each key.
/// Thread safety: all members from any thread.
class Ledger {
 public:
  void count(const strandline::TopicPartition& partition, strandline::Offset offset);
  /// The same, and notes whether the key went backwards.
  void count(const strandline::TopicPartition& partition, strandline::Offset offset,
             std::string_view key);

  /// So many more, or fewer, are to be handled in all.
  void expect(std::int64_t more);
  [[nodiscard]] std::size_t distinct() const;
  [[nodiscard]] bool keys_in_order() const;
  /// How often each offset of a partition was handled.
  [[nodiscard]] std::map<strandline::Offset, int> of(
      const strandline::TopicPartition& partition) const;

  /// Waits until all that is expected was handled, `deadline` or `over`. True for the first.
  bool wait_for_all(std::chrono::milliseconds deadline, const std::stop_token& over);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any grown_;
  std::map<strandline::TopicPartition, std::map<strandline::Offset, int>> times_;
  std::map<std::string, strandline::Offset, std::less<>> last_of_key_;
  std::size_t distinct_ = 0;
  std::int64_t expected_ = 0;
  bool keys_in_order_ = true;
};

}  // namespace samples

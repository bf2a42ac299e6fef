#pragma once

#include <strandline/record.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace strandline::testing {

/// What handlers have done, in the order in which they did it. A handler writes before it answers,
/// so an entry stands before those of all records that had to wait for it. Thread safety: all of it
/// from any thread.
class Journal {
 public:
  struct Entry {
    TopicPartition partition;
    std::int64_t offset = 0;
    std::optional<std::string> key{};
  };

  void write(const Record& record);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::vector<Entry> entries() const;
  /// Until `count` entries are there; false at the deadline.
  [[nodiscard]] bool wait_for(std::size_t count) const;

  [[nodiscard]] std::map<TopicPartition, std::vector<std::int64_t>> offsets() const;
  /// By partition and key; null keys among themselves.
  [[nodiscard]] std::map<std::pair<TopicPartition, std::optional<std::string>>,
                         std::vector<std::int64_t>>
  offsets_by_key() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<Entry> entries_;  // guarded by mutex_
};

/// 0, 1, … count − 1.
[[nodiscard]] std::vector<std::int64_t> up_to(std::int64_t count);
[[nodiscard]] std::vector<std::int64_t> sorted(std::vector<std::int64_t> offsets);

}  // namespace strandline::testing

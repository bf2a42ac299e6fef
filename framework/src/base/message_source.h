#pragma once

#include <strandline/detail/message_access.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace strandline::detail {

/// The client that a batch's messages came from: reads and releases them. The only way any room
/// above touches a message, so that none of them needs librdkafka.
class MessageSource : public MessageAccess {
 public:
  /// Fills `fields` for `count` messages. Any thread: workers read what the poller handed them, and
  /// the hand-off through a queue orders the two.
  virtual void read(void* const* messages, std::size_t count, const TopicPartition& partition,
                    RecordFields* fields) const noexcept = 0;
  /// Gives the messages back. Poller thread only: freeing from two threads at once contends on the
  /// allocator and on the fetch buffer's reference count.
  virtual void release(void* const* messages, std::size_t count) noexcept = 0;
};

/// A run of records of one partition taken in one poll, in offset order. Recycled: the vectors keep
/// their capacity. Owner: the poller thread; workers read the messages they were handed.
struct RecordBatch {
  std::vector<void*> messages;
  std::vector<std::int64_t> offsets;  ///< of each message, strictly increasing; gaps are normal
  std::size_t bytes = 0;              ///< keys and values of all of them

  [[nodiscard]] std::size_t size() const noexcept { return messages.size(); }
  [[nodiscard]] bool empty() const noexcept { return messages.empty(); }
  void clear() noexcept {
    messages.clear();
    offsets.clear();
    bytes = 0;
  }
};

}  // namespace strandline::detail

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace bench {

/// What one thread has handled of each partition. Written by that thread alone, so a record costs
/// three plain additions and no locked instruction; read by others while it goes on.
class Sheet {
 public:
  explicit Sheet(std::size_t partitions) : slots_(partitions) {}

  void add(std::int32_t partition, std::int64_t offset, std::size_t bytes) noexcept {
    Slot& slot = slots_[static_cast<std::size_t>(partition)];
    bump(slot.sum, static_cast<std::uint64_t>(offset));
    bump(slot.bytes, bytes);
    bump(slot.count, 1);
  }

  struct alignas(64) Slot {
    std::atomic<std::uint64_t> count{0};
    std::atomic<std::uint64_t> sum{0};
    std::atomic<std::uint64_t> bytes{0};
  };
  [[nodiscard]] const Slot& slot(std::size_t partition) const noexcept { return slots_[partition]; }

 private:
  static void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  std::vector<Slot> slots_;
};

/// One partition, added up over all threads.
struct Counted {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  std::uint64_t bytes = 0;
};

/// All sheets of one pass. Thread safety: everything from any thread.
class Tally {
 public:
  /// `on_first` runs once, on the thread that is the first to handle a record, before it does.
  Tally(std::int32_t partitions, std::function<void()> on_first);
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  /// The calling thread's own.
  [[nodiscard]] Sheet& mine() {
    if (cached_of == number_) [[likely]]
      return *cached;
    return open_sheet();
  }
  [[nodiscard]] std::uint64_t handled() const;
  [[nodiscard]] std::vector<Counted> partitions() const;

 private:
  Sheet& open_sheet();

  // Which tally the cached sheet belongs to: by number, since the next pass's may lie where this
  // one lay. constinit spares each access a call that would look whether they are initialised.
  static constinit thread_local std::uint64_t cached_of;
  static constinit thread_local Sheet* cached;

  std::uint64_t number_;
  std::size_t partitions_;
  std::function<void()> on_first_;
  std::once_flag first_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Sheet>> sheets_;  // guarded by mutex_
};

}  // namespace bench

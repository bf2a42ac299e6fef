#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

namespace strandline::detail {

/// Memory that objects of one size leave to their successors, so that at steady state nothing is
/// allocated. Behind the object a block may have a tail, whose length follows what was asked for.
///
/// Taken by one thread and given back by any. Those who give back push, and the one who takes takes
/// the whole list: no block's successor can change under a thread that pushes (no ABA).
///
/// It keeps as many blocks as were ever out at once; for calls that is `async_max` of each poller,
/// and what was never answered of partitions that are gone.
class BlockPool {
 public:
  struct Block {
    void* memory;
    std::size_t tail;  ///< usable bytes behind the object
  };

  /// `size` is the object's.
  explicit BlockPool(std::size_t size) noexcept : size_(std::max(size, sizeof(Free))) {}
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  /// The one thread that takes.
  [[nodiscard]] Block take();
  /// Any thread. The object in it has ended.
  void give_back(Block block) noexcept;
  /// Any thread: blocks taken from now on have at least this tail.
  void want_tail(std::size_t bytes) noexcept;

 private:
  /// What a block is while nobody has it.
  struct Free {
    Free* next;
    std::size_t tail;
  };

  void release(Free* block) const noexcept;

  const std::size_t size_;
  Free* free_ = nullptr;  // the taking thread's
  std::atomic<Free*> returned_{nullptr};
  std::atomic<std::size_t> tail_{0};
};

}  // namespace strandline::detail

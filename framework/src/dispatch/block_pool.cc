#include "dispatch/block_pool.h"

#include "base/poison.h"

#include <memory>
#include <new>

namespace strandline::detail {

BlockPool::~BlockPool() {
  for (Free* list : {free_, returned_.load(std::memory_order_acquire)}) {
    while (list != nullptr) {
      Free* const next = list->next;
      release(list);
      list = next;
    }
  }
}

BlockPool::Block BlockPool::take() {
  const std::size_t tail = tail_.load(std::memory_order_relaxed);
  // Acquire: whoever gave a block back is done with it.
  if (free_ == nullptr) free_ = returned_.exchange(nullptr, std::memory_order_acquire);
  while (free_ != nullptr) {
    Free* const block = free_;
    free_ = block->next;
    const std::size_t has = block->tail;
    if (has >= tail) {
      unpoison(block, size_ + has);
      return {block, has};
    }
    release(block);
    if (free_ == nullptr) free_ = returned_.exchange(nullptr, std::memory_order_acquire);
  }
  return {::operator new(size_ + tail), tail};
}

void BlockPool::give_back(Block block) noexcept {
  Free* const link = std::construct_at(static_cast<Free*>(block.memory), nullptr, block.tail);
  // The link is read by the pool; the rest is nobody's until it is taken again.
  poison(link + 1, size_ + block.tail - sizeof(Free));
  link->next = returned_.load(std::memory_order_relaxed);
  while (!returned_.compare_exchange_weak(link->next, link, std::memory_order_release,
                                          std::memory_order_relaxed)) {
  }
}

void BlockPool::want_tail(std::size_t bytes) noexcept {
  std::size_t now = tail_.load(std::memory_order_relaxed);
  while (bytes > now && !tail_.compare_exchange_weak(now, bytes, std::memory_order_relaxed)) {
  }
}

void BlockPool::release(Free* block) const noexcept {
  const std::size_t bytes = size_ + block->tail;
  unpoison(block, bytes);
  ::operator delete(block, bytes);
}

}  // namespace strandline::detail

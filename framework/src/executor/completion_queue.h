#pragma once

#include "base/doorbell.h"

#include <atomic>
#include <concepts>
#include <cstddef>

namespace strandline::detail {

/// What an element of a completion queue derives from: its place in it, so that pushing allocates
/// nothing and cannot fail.
class CompletionLink {
 protected:
  ~CompletionLink() = default;

 private:
  template <class T>
  friend class CompletionQueue;
  // Written by the thread that pushes, before it publishes the element; then the poller's.
  CompletionLink* next_ = nullptr;
};

/// The way back from many threads to one poller: a list that threads push onto at one end, and that
/// the poller takes as a whole and turns round. So what it costs the poller does not depend on how
/// many threads there are, and elements come out in the order in which they were pushed.
///
/// Nobody but the poller ever takes an element out, and it takes all of them: there is no element
/// whose successor could change under a thread that pushes (no ABA).
///
/// Unbounded: what is in it is bounded by what was handed out. Thread safety: `push` from any
/// thread, `pop_bulk` from the poller. Does not own its elements.
template <class T>
class CompletionQueue {
 public:
  /// The doorbell must outlive the queue.
  explicit CompletionQueue(Doorbell& doorbell) : doorbell_(doorbell) {}
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;

  /// The element is the poller's from here on, and may be gone before this returns.
  void push(T& element) noexcept {
    static_assert(std::derived_from<T, CompletionLink>);
    CompletionLink& link = element;
    CompletionLink* newest = newest_.load(std::memory_order_relaxed);
    // Release: the poller sees what was done before the push. It sees it of all elements by one
    // acquire, since each push continues the release sequence of those before it.
    do {
      link.next_ = newest;
    } while (!newest_.compare_exchange_weak(newest, &link, std::memory_order_release,
                                            std::memory_order_relaxed));
    // After the element is in: the poller clears the bell before it looks, so it cannot miss both.
    // Also when others are in already: whoever pushed them may be held up before it rings.
    doorbell_.ring();
  }

  /// Takes up to `max` elements, returns how many. Fewer than `max` means that it was empty for a
  /// moment at least; an element pushed before the ring that woke the poller is never overlooked.
  std::size_t pop_bulk(T** out, std::size_t max) noexcept {
    std::size_t count = 0;
    while (count < max) {
      if (oldest_ == nullptr && !take_all()) break;
      out[count++] = static_cast<T*>(oldest_);
      oldest_ = oldest_->next_;
    }
    return count;
  }

 private:
  bool take_all() noexcept {
    CompletionLink* link = newest_.exchange(nullptr, std::memory_order_acquire);
    while (link != nullptr) {
      CompletionLink* const older = link->next_;
      link->next_ = oldest_;
      oldest_ = link;
      link = older;
    }
    return oldest_ != nullptr;
  }

  Doorbell& doorbell_;
  CompletionLink* oldest_ = nullptr;  // (poller) taken and not popped yet
  // On a line of its own: all threads write it.
  alignas(64) std::atomic<CompletionLink*> newest_{nullptr};
};

}  // namespace strandline::detail

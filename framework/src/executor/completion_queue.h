#pragma once

#include "base/assert.h"
#include "base/doorbell.h"

#include <concurrentqueue.h>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace strandline::detail {

/// The way back from many threads to one poller. What one thread pushes is popped in that order;
/// between threads there is none. Unbounded: what is in it is bounded by what was handed out.
/// Thread safety: `push` from any thread, `pop_bulk` from the poller.
template <class T>
class CompletionQueue {
  static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>,
                "an element lost to an exception half-way would never be finished");

 public:
  /// The doorbell must outlive the queue.
  explicit CompletionQueue(Doorbell& doorbell) : doorbell_(doorbell), poller_(queue_) {}
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;

  void push(T value) noexcept {
    // A completion that cannot be queued would hold its partition for ever; memory is gone anyway.
    STRANDLINE_ASSERT(queue_.enqueue(std::move(value)), "memory for a completion");
    // After the element is in: the poller clears the bell before it looks, so it cannot miss both.
    doorbell_.ring();
  }

  /// Takes up to `max` elements, returns how many. Fewer than `max` means that it was empty for a
  /// moment at least; an element pushed before the ring that woke the poller is never overlooked.
  std::size_t pop_bulk(T* out, std::size_t max) noexcept {
    return queue_.try_dequeue_bulk(poller_, out, max);
  }

 private:
  Doorbell& doorbell_;
  moodycamel::ConcurrentQueue<T> queue_;
  // The poller's place among the pushing threads: without it each pop would begin at the same
  // thread, and with more of them than `max` the last ones would wait for the first to be idle.
  moodycamel::ConsumerToken poller_;
};

}  // namespace strandline::detail

#pragma once

#include "executor/completion_queue.h"

#include <atomic>

namespace strandline::detail {

/// Something that comes back to the poller through the completion queue: a finished run, the answer
/// of an asynchronous call, a handler's request to commit, a coroutine's request to be woken.
class Answer : public CompletionLink {
 public:
  /// Poller thread. The object may delete itself.
  virtual void on_poller() noexcept = 0;
  /// The consumer is gone; nobody will look at it any more. Any thread.
  virtual void discard() noexcept = 0;

 protected:
  ~Answer() = default;
};

/// The way back to the poller, shared by everybody who may still answer when the consumer is gone.
/// Thread safety: `push` from any thread; the rest from the poller.
class AnswerPort {
 public:
  explicit AnswerPort(Doorbell& doorbell) : queue_(doorbell) {}
  AnswerPort(const AnswerPort&) = delete;
  AnswerPort& operator=(const AnswerPort&) = delete;
  ~AnswerPort() { close(); }

  void push(Answer& answer) noexcept {
    // Counted in before the look at `closed_`: either this push sees it closed, or `close` sees
    // this push and waits for it, so no answer is left behind in a queue that nobody reads.
    pushing_.fetch_add(1, std::memory_order_seq_cst);
    const bool open = !closed_.load(std::memory_order_seq_cst);
    if (open) queue_.push(answer);
    pushing_.fetch_sub(1, std::memory_order_release);
    if (!open) answer.discard();
  }

  /// Handles what has arrived, at most `max` answers; returns how many.
  std::size_t serve(std::size_t max) noexcept {
    Answer* answers[64];
    std::size_t served = 0;
    while (served < max) {
      const std::size_t count = queue_.pop_bulk(answers, 64);
      for (std::size_t i = 0; i < count; ++i) answers[i]->on_poller();
      served += count;
      if (count < 64) break;
    }
    return served;
  }

  /// From here on answers are discarded by whoever brings them.
  void close() noexcept {
    closed_.store(true, std::memory_order_seq_cst);
    while (pushing_.load(std::memory_order_seq_cst) != 0) {
    }
    Answer* answers[64];
    for (std::size_t count = 0; (count = queue_.pop_bulk(answers, 64)) > 0;) {
      for (std::size_t i = 0; i < count; ++i) answers[i]->discard();
    }
  }

 private:
  CompletionQueue<Answer> queue_;
  std::atomic<unsigned> pushing_{0};
  std::atomic<bool> closed_{false};
};

}  // namespace strandline::detail

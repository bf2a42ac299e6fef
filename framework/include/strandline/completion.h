#pragma once

#include <strandline/outcome.h>
#include <strandline/record.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace strandline {

namespace detail {

/// One record on its way through an asynchronous handler: owned jointly by the poller's books and
/// by the `Completion`, so that an answer that comes after the consumer is gone harms nobody. It
/// counts its shares itself: there is one for each record in flight, and its memory is used again.
class AsyncCall {
 public:
  AsyncCall() = default;
  AsyncCall(const AsyncCall&) = delete;
  AsyncCall& operator=(const AsyncCall&) = delete;
  [[nodiscard]] virtual const Record& record() const noexcept = 0;
  /// Any thread; the first answer counts.
  virtual void answer(Outcome outcome, Failure failure) noexcept = 0;
  /// `size` bytes for a coroutine's frame, null when there is no room for it. Only the thread that
  /// starts the call, while it does so.
  [[nodiscard]] virtual void* frame_room(std::size_t /*size*/) noexcept { return nullptr; }
  /// The same thread: what it was given is free again.
  virtual void frame_gone(void* /*room*/, std::size_t /*size*/) noexcept {}

  /// Any thread that has a share. It is made with one.
  void add_share() noexcept { shares_.fetch_add(1, std::memory_order_relaxed); }
  void drop_share() noexcept {
    // Each release is seen by the acquire of the last one: nothing that a thread did with its share
    // comes after the end.
    if (shares_.fetch_sub(1, std::memory_order_acq_rel) == 1) end();
  }

 protected:
  ~AsyncCall() = default;

 private:
  /// Nobody has a share any more; on the thread of the last one.
  virtual void end() noexcept = 0;

  std::atomic<std::uint32_t> shares_{1};
};

struct DropShare {
  void operator()(AsyncCall* call) const noexcept { call->drop_share(); }
};
template <class Call>
using CallShare = std::unique_ptr<Call, DropShare>;

template <class Call>
[[nodiscard]] CallShare<Call> share_of(Call& call) noexcept {
  call.add_share();
  return CallShare<Call>(&call);
}

/// Completions answered more than once, process-wide: a counted no-op (metric
/// `strandline_completions_answered_twice_total`).
[[nodiscard]] std::uint64_t completions_answered_twice() noexcept;
void count_completion_answered_twice() noexcept;

}  // namespace detail

/// The right, and the duty, to say what became of one record of an asynchronous handler.
///
/// Move-only and for one use: `std::move(completion).done()`. Dropped without an answer it is a
/// failure that goes to the failure policy (and into `strandline_abandoned_completions_total`), so
/// a leak neither stalls the partition silently nor commits silently. A second answer is a counted
/// no-op. Thread safety: answer from any thread; one thread at a time.
class Completion {
 public:
  explicit Completion(detail::CallShare<detail::AsyncCall> call) noexcept
      : call_(std::move(call)) {}
  Completion(Completion&&) noexcept = default;
  Completion& operator=(Completion&& other) noexcept;
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;
  ~Completion();

  /// The record this is the completion of; valid until it is answered.
  [[nodiscard]] const Record& record() const& noexcept { return call_->record(); }

  void done() && noexcept { answer(Outcome::done, {}); }
  void retry(std::string why, std::error_code code = {}) && noexcept {
    answer(Outcome::retry, Failure{std::move(why), code, {}});
  }
  void retry(std::exception_ptr exception) && noexcept;
  void dead_letter(std::string why, std::error_code code = {}) && noexcept {
    answer(Outcome::dead_letter, Failure{std::move(why), code, {}});
  }

 private:
  void answer(Outcome outcome, Failure failure) noexcept;

  detail::CallShare<detail::AsyncCall> call_;
};

}  // namespace strandline

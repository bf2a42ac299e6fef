#include <strandline/completion.h>

#include "base/abandonment.h"
#include "base/failure.h"

#include <atomic>
#include <utility>

namespace strandline {

namespace detail {

namespace {
// Counted from any thread, read by snapshots; it orders nothing.
std::atomic<std::uint64_t> answered_twice{0};
}  // namespace

std::uint64_t completions_answered_twice() noexcept {
  return answered_twice.load(std::memory_order_relaxed);
}

void count_completion_answered_twice() noexcept {
  answered_twice.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace detail

Completion& Completion::operator=(Completion&& other) noexcept {
  if (this != &other) {
    // The one that is overwritten is dropped, which its record must learn.
    Completion dropped(std::exchange(call_, std::move(other.call_)));
  }
  return *this;
}

Completion::~Completion() {
  if (call_) answer(Outcome::retry, detail::abandonment());
}

void Completion::retry(std::exception_ptr exception) && noexcept {
  answer(Outcome::retry, detail::failure_of(std::move(exception)));
}

void Completion::answer(Outcome outcome, Failure failure) noexcept {
  // Taken out first: the call may end here, and a second answer through this object must find
  // nothing.
  const detail::CallShare<detail::AsyncCall> call = std::move(call_);
  if (call) {
    call->answer(outcome, std::move(failure));
  } else {
    detail::count_completion_answered_twice();
  }
}

}  // namespace strandline

#pragma once

#include <strandline/outcome.h>
#include <strandline/record.h>

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

namespace strandline {

namespace detail {

/// One record on its way through an asynchronous handler: owned jointly by the poller's books and
/// by the `Completion`, so that an answer that comes after the consumer is gone harms nobody.
class AsyncCall {
 public:
  virtual ~AsyncCall() = default;
  [[nodiscard]] virtual const Record& record() const noexcept = 0;
  /// Any thread; the first answer counts.
  virtual void answer(Outcome outcome, Failure failure) noexcept = 0;
};

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
  explicit Completion(std::shared_ptr<detail::AsyncCall> call) noexcept : call_(std::move(call)) {}
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

  std::shared_ptr<detail::AsyncCall> call_;
};

}  // namespace strandline

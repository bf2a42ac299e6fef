#pragma once

#include <strandline/outcome.h>
#include <strandline/result.h>
#include <strandline/types.h>

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>

namespace strandline {

namespace detail {

/// Room in a coroutine's frame for what the machine keeps of its sleep, so that sleeping allocates
/// nothing. The machine's from `resume_after` until just before the coroutine goes on; nothing is
/// in it before and after, and a copy of it has room of its own.
struct SleepRoom {
  SleepRoom() noexcept {}  // NOLINT(modernize-use-equals-default): as it is, without writing zeros
  SleepRoom(const SleepRoom& /*other*/) noexcept {}
  SleepRoom& operator=(const SleepRoom&) = delete;

  alignas(std::max_align_t) std::byte bytes[128];
};

/// What a `Context` asks of the machine behind it. Implemented in the dispatch room.
class ContextBackend {
 public:
  virtual ~ContextBackend() = default;
  [[nodiscard]] virtual std::stop_token stop_token() const = 0;
  [[nodiscard]] virtual const TopicPartition& topic_partition() const noexcept = 0;
  [[nodiscard]] virtual std::int64_t lag() const noexcept = 0;
  /// Whether the handler may hold its thread while it waits for an answer.
  [[nodiscard]] virtual bool may_block() const noexcept { return true; }
  virtual void commit(std::function<void(Result<Offset>)> answer) = 0;
  virtual void resume_after(std::chrono::nanoseconds delay, std::coroutine_handle<> waiter,
                            SleepRoom& room) = 0;
};

/// What `Context::sleep` is awaited through.
class SleepAwaiter {
 public:
  SleepAwaiter(ContextBackend& backend, std::chrono::nanoseconds delay) noexcept
      : backend_(&backend), delay_(delay) {}
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    // It may go on, on another thread, before this returns, and this awaiter with it.
    backend_->resume_after(delay_, waiter, room_);
  }
  void await_resume() const noexcept {}

 private:
  ContextBackend* backend_;
  std::chrono::nanoseconds delay_;
  SleepRoom room_;
};

}  // namespace detail

/// What a handler may know and ask beside the record itself.
/// Lifetime: the handler call; for coroutines until the task has ended.
/// Thread safety: one thread at a time, as the handler itself.
class Context {
 public:
  Context(detail::ContextBackend& backend, unsigned attempt) noexcept
      : backend_(&backend), attempt_(attempt) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// 1 for the first attempt of this record (of the first record, in a batch).
  [[nodiscard]] unsigned attempt() const noexcept { return attempt_; }

  /// Set when the partition is taken away or the consumer stops without time to drain. A handler
  /// that runs for seconds should look at it and throw or return `Outcome::retry`: the record then
  /// comes again to the partition's next owner.
  [[nodiscard]] std::stop_token stop_token() const { return backend_->stop_token(); }

  [[nodiscard]] const TopicPartition& topic_partition() const noexcept {
    return backend_->topic_partition();
  }

  /// As `PartitionStats::lag`, as the poller last knew it; -1 while it is unknown.
  [[nodiscard]] std::int64_t lag() const noexcept { return backend_->lag(); }

  /// Names a failure and answers with it: `return context.fail("no such customer", code);`
  Outcome fail(std::string why, std::error_code code = {}) {
    failure_ = std::make_unique<Failure>(Failure{std::move(why), code, {}});
    return Outcome::retry;
  }
  /// The same, straight to the dead-letter topic.
  Outcome dead_letter(std::string why, std::error_code code = {}) {
    failure_ = std::make_unique<Failure>(Failure{std::move(why), code, {}});
    return Outcome::dead_letter;
  }

  /// Declares what this call was given as finished, commits the partition's commit position and
  /// waits for the broker's answer: the offset that is now committed. The position stays behind
  /// any other record that is not finished, so with `Ordering::key` it may be an older one.
  /// Blocks the worker; not for asynchronous handlers and coroutines (they get `invalid_state`).
  /// In `CommitMode::none` the answer is `invalid_state`.
  [[nodiscard]] Result<Offset> commit();
  /// The same without waiting. `answer` runs on the poller thread: keep it short, and do not call
  /// the consumer from it. It always runs, once, also when the partition is lost meanwhile.
  /// What it throws is logged and goes no further.
  void commit_async(std::function<void(Result<Offset>)> answer);

  /// `co_await context.sleep(50ms)`: the coroutine goes on on the worker pool; no thread waits.
  /// A sleep that is under way when the stop token is set ends at once, so that the coroutine can
  /// look at it; one begun after that lasts as long as it says, and a stop does not wait for it
  /// beyond its deadline. A coroutine that still sleeps, or begins to, when the consumer is gone is
  /// neither resumed nor destroyed: destructors of what it holds do not run.
  [[nodiscard]] detail::SleepAwaiter sleep(std::chrono::nanoseconds delay) noexcept {
    return {*backend_, delay};
  }
  /// `co_await context.reschedule()`: hop back to the worker pool, say after a foreign callback.
  [[nodiscard]] detail::SleepAwaiter reschedule() noexcept {
    return sleep(std::chrono::nanoseconds::zero());
  }

  /// What `fail` or `dead_letter` recorded; taken by the framework after the call.
  [[nodiscard]] Failure take_failure() noexcept {
    const std::unique_ptr<Failure> taken = std::move(failure_);
    return taken ? std::move(*taken) : Failure{};
  }

 private:
  detail::ContextBackend* backend_;
  unsigned attempt_;
  // Apart: there is a context for each record in flight, and few of them fail.
  std::unique_ptr<Failure> failure_{};
};

}  // namespace strandline

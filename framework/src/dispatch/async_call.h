#pragma once

#include <strandline/completion.h>
#include <strandline/context.h>
#include <strandline/detail/handler_source.h>

#include "base/clock.h"
#include "dispatch/answer.h"
#include "executor/job.h"
#include "executor/timer_wheel.h"
#include "partition/partition.h"

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace strandline::detail {

class AsyncCallState;
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): final, deleted only by itself
class Sleep;

/// The poller's side of asynchronous calls; the async desk is it.
class AsyncOwner {
 public:
  virtual ~AsyncOwner() = default;
  virtual void on_answer(AsyncCallState& call) = 0;
  virtual void on_sleep(Sleep& sleep) = 0;
  virtual void on_sleep_due(Sleep& sleep) = 0;
  virtual void on_commit_request(AsyncCallState& call,
                                 std::function<void(Result<Offset>)> answer) = 0;
};

/// One record on its way through an asynchronous handler or coroutine.
///
///   queued ──► started ──► answered          (worker starts it, anybody answers it, once)
///      └─────► cancelled                     (the poller takes it back before it was begun)
///
/// Shared by the poller's books and the user's Completion. The atomic state decides who acts; what
/// the winner writes reaches the poller through the answer port's queue.
class AsyncCallState final : public AsyncCall,
                             public Answer,
                             public std::enable_shared_from_this<AsyncCallState>,
                             private ContextBackend {
 public:
  AsyncCallState(AsyncOwner& owner, std::shared_ptr<AnswerPort> port, const Clock& clock,
                 Partition& partition, Item item, const RecordFields& fields, unsigned attempt);

  /// Worker: runs the handler's first part, unless the call was taken back.
  void start(AsyncHandler& handler) noexcept;
  /// Poller: true when the handler has not begun and never will.
  bool cancel() noexcept;

  [[nodiscard]] const Record& record() const noexcept override { return record_; }
  void answer(Outcome outcome, Failure failure) noexcept override;

  void on_poller() noexcept override;
  void discard() noexcept override { keep_alive_.reset(); }

  // (poller)
  [[nodiscard]] Partition& partition() const noexcept { return *partition_; }
  [[nodiscard]] Item item() const noexcept { return item_; }
  Strand* strand = nullptr;  ///< of its token; null without order
  bool settled = false;      ///< its answer is in the books: item and partition may be gone
  std::size_t slot = 0;      ///< its place in the async desk's list
  /// What came of it; valid in `AsyncOwner::on_answer`.
  Outcome outcome = Outcome::done;
  Failure failure{};

 private:
  enum class Phase : std::uint8_t { queued, started, answered, cancelled };

  [[nodiscard]] std::stop_token stop_token() const override { return stop_; }
  [[nodiscard]] const TopicPartition& topic_partition() const noexcept override { return *id_; }
  [[nodiscard]] std::int64_t lag() const noexcept override;
  [[nodiscard]] bool may_block() const noexcept override { return false; }
  void commit(std::function<void(Result<Offset>)> answer) override;
  void resume_after(std::chrono::nanoseconds delay, std::coroutine_handle<> waiter) override;

  AsyncOwner& owner_;
  const std::shared_ptr<AnswerPort> port_;
  const Clock& clock_;  // the process's: a coroutine may outlive its consumer
  Partition* partition_;
  Item item_;
  // A coroutine may look at these after its partition is gone; so it shares them.
  const std::shared_ptr<const TopicPartition> id_;
  const std::stop_token stop_;
  Record record_;
  Context context_;
  std::atomic<Phase> phase_{Phase::queued};
  std::shared_ptr<AsyncCallState> keep_alive_;  // set while the answer is in the queue
};

/// Starts a few calls on a worker. Made by the poller, deletes itself when it has run.
class AsyncStart final : public Job {
 public:
  explicit AsyncStart(std::shared_ptr<AsyncHandler> handler) : handler_(std::move(handler)) {}
  void add(std::shared_ptr<AsyncCallState> call) { calls_.push_back(std::move(call)); }
  [[nodiscard]] bool empty() const noexcept { return calls_.empty(); }
  void run() noexcept override {
    for (const auto& call : calls_) call->start(*handler_);
    delete this;
  }

 private:
  std::shared_ptr<AsyncHandler> handler_;
  std::vector<std::shared_ptr<AsyncCallState>> calls_;
};

/// A coroutine in `co_await context.sleep(d)`: on its way to the poller, then in the timer wheel,
/// then a job that resumes it. Deletes itself before it resumes.
class Sleep final : public Answer, public Timer, public Job {
 public:
  Sleep(AsyncOwner& owner, TimePoint when, std::stop_token partition_stop,
        std::coroutine_handle<> waiter)
      : due(when), stop(std::move(partition_stop)), owner_(owner), waiter_(waiter) {}

  void on_poller() noexcept override { owner_.on_sleep(*this); }
  void on_due() override { owner_.on_sleep_due(*this); }
  void run() noexcept override {
    const std::coroutine_handle<> waiter = waiter_;
    delete this;
    waiter.resume();
  }
  /// The consumer is gone: the coroutine is never resumed, and stays where it is for good.
  void discard() noexcept override;
  /// Its partition's stop has been asked for since it began: the coroutine should see it now. A
  /// sleep begun after the stop lasts as long as it was to, since a coroutine that does not look at
  /// its token would otherwise spin.
  [[nodiscard]] bool cut_short() const noexcept {
    return !begun_after_stop_ && stop.stop_requested();
  }

  const TimePoint due;         ///< from when the coroutine asked: its way to the poller counts
  const std::stop_token stop;  ///< of its partition: a sleeper must not outsleep it
  std::size_t slot = 0;        ///< (poller) its place in the owner's list

 private:
  AsyncOwner& owner_;
  std::coroutine_handle<> waiter_;
  // Looked at by the coroutine's own thread, so that one on its way to the poller counts as begun.
  const bool begun_after_stop_ = stop.stop_requested();
  Sleep* next_left_ = nullptr;  // of those left behind
};

}  // namespace strandline::detail

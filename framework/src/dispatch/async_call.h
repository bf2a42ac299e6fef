#pragma once

#include <strandline/completion.h>
#include <strandline/context.h>
#include <strandline/detail/handler_source.h>

#include "base/clock.h"
#include "dispatch/answer.h"
#include "dispatch/block_pool.h"
#include "executor/job.h"
#include "executor/timer_wheel.h"
#include "partition/partition.h"

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

namespace strandline::detail {

class AsyncCallState;
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): final, ended only by itself
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

/// Memory that calls and their starts are made in, again and again. Shared by all who may end one,
/// since a completion may outlive the consumer.
struct AsyncPools {
  AsyncPools() noexcept;

  BlockPool calls;
  BlockPool starts;
};

/// What the calls of one partition have in common. Shared by them: a coroutine may look at it after
/// its partition is gone. Never changed.
struct AsyncScope {
  AsyncOwner& owner;
  std::shared_ptr<AnswerPort> port;
  const Clock& clock;  ///< the process's: a coroutine may outlive its consumer
  std::shared_ptr<AsyncPools> pools;
  Partition* partition;
  std::shared_ptr<const TopicPartition> id;
  std::stop_token stop;
  bool own_handlers;  ///< a factory made them: no two calls may be inside one at a time
};

/// One record on its way through an asynchronous handler or coroutine.
///
///   queued ──► started ──► answered          (worker starts it, anybody answers it, once)
///      └─────► cancelled                     (the poller takes it back before it was begun)
///
/// Shared by the poller's books, the job that starts it, the user's Completion, and its answer
/// while that is in the queue. The atomic state decides who acts; what the winner writes reaches
/// the poller through the answer port's queue. There is one for each record in flight: every byte
/// counts.
class AsyncCallState final : public AsyncCall, public Answer, private ContextBackend {
 public:
  /// Poller.
  static CallShare<AsyncCallState> make(const std::shared_ptr<const AsyncScope>& scope, Item item,
                                        const RecordFields& fields, unsigned attempt);

  /// Worker: runs the handler's first part, unless the call was taken back.
  void start(AsyncHandler& handler) noexcept;
  /// Poller: true when the handler has not begun and never will.
  bool cancel() noexcept;

  [[nodiscard]] const Record& record() const noexcept override { return record_; }
  void answer(Outcome outcome, Failure failure) noexcept override;
  [[nodiscard]] void* frame_room(std::size_t size) noexcept override;
  void frame_gone(void* room, std::size_t size) noexcept override;

  void on_poller() noexcept override;
  void discard() noexcept override { drop_share(); }

  // (poller)
  [[nodiscard]] Partition& partition() const noexcept { return *scope_->partition; }
  [[nodiscard]] Item item() const noexcept { return {batch_, position_}; }
  Strand* strand = nullptr;        ///< of its token; null without order
  std::uint32_t slot = 0;          ///< its place in the async desk's list
  bool settled = false;            ///< its answer is in the books: item and partition may be gone
  AsyncCallState* next = nullptr;  ///< (poller, then worker) of those that one job starts
  /// What came of it; valid in `AsyncOwner::on_answer`.
  Outcome outcome = Outcome::done;
  /// Why, unless it is done; the poller takes it.
  [[nodiscard]] Failure take_failure() noexcept;

  /// Any thread that has a share.
  [[nodiscard]] const AsyncScope& scope() const noexcept { return *scope_; }

 private:
  enum class Phase : std::uint8_t { queued, started, answered, cancelled };
  /// What has to come before an answer counts, where the next call gets the same handler.
  enum Step : std::uint8_t { answer_given = 1, handler_returned = 2 };

  AsyncCallState(const std::shared_ptr<const AsyncScope>& scope, Item item,
                 const RecordFields& fields, unsigned attempt, std::uint32_t tail);

  void end() noexcept override;
  void take_step(Step step) noexcept;
  [[nodiscard]] std::stop_token stop_token() const override { return scope_->stop; }
  [[nodiscard]] const TopicPartition& topic_partition() const noexcept override {
    return *scope_->id;
  }
  [[nodiscard]] std::int64_t lag() const noexcept override;
  [[nodiscard]] bool may_block() const noexcept override { return false; }
  void commit(std::function<void(Result<Offset>)> answer) override;
  void resume_after(std::chrono::nanoseconds delay, std::coroutine_handle<> waiter,
                    SleepRoom& room) override;

  std::atomic<Phase> phase_{Phase::queued};
  std::atomic<std::uint8_t> steps_{0};
  std::uint32_t position_;
  AdmittedBatch* batch_;
  std::shared_ptr<const AsyncScope> scope_;
  std::unique_ptr<Failure> failure_{};  // by who answered, then the poller's
  // Bytes behind it for coroutine frames, and how many are taken (worker, while it starts the
  // call).
  const std::uint32_t tail_;
  std::uint32_t tail_used_ = 0;
  Record record_;
  Context context_;
};

/// Starts a few calls on a worker. Made by the poller; ends itself when it has run, and leaves its
/// memory to the next one.
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): final, ended only by itself
class AsyncStart final : public Job {
 public:
  struct End {
    void operator()(AsyncStart* start) const noexcept { start->end(); }
  };
  using Owner = std::unique_ptr<AsyncStart, End>;

  static Owner make(const std::shared_ptr<AsyncPools>& pools,
                    std::shared_ptr<AsyncHandler> handler);
  void add(CallShare<AsyncCallState> call) noexcept;
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  void run() noexcept override;

 private:
  AsyncStart(std::shared_ptr<AsyncPools> pools, std::shared_ptr<AsyncHandler> handler)
      : pools_(std::move(pools)), handler_(std::move(handler)) {}
  void end() noexcept;

  std::shared_ptr<AsyncPools> pools_;
  std::shared_ptr<AsyncHandler> handler_;
  AsyncCallState* first_ = nullptr;  // a share of each, in a list
  AsyncCallState* last_ = nullptr;
};

/// A coroutine in `co_await context.sleep(d)`: on its way to the poller, then in the timer wheel,
/// then a job that resumes it. Lies in the coroutine's frame, and ends itself before it resumes.
/// Has a share of the call, whose context the coroutine will look at.
class Sleep final : public Answer, public Timer, public Job {
 public:
  Sleep(CallShare<AsyncCallState> call, TimePoint when, std::coroutine_handle<> waiter)
      : due(when), call_(std::move(call)), waiter_(waiter) {}

  void on_poller() noexcept override { owner().on_sleep(*this); }
  void on_due() override { owner().on_sleep_due(*this); }
  void run() noexcept override;
  /// Not resumed by whoever shuts the workers down: what is behind it may take for ever.
  void unstarted() noexcept override { discard(); }
  /// The consumer is gone: the coroutine is never resumed, and stays where it is for good.
  void discard() noexcept override;
  /// Its partition's stop has been asked for since it began: the coroutine should see it now. A
  /// sleep begun after the stop lasts as long as it was to, since a coroutine that does not look at
  /// its token would otherwise spin.
  [[nodiscard]] bool cut_short() const noexcept {
    return !begun_after_stop_ && call_->scope().stop.stop_requested();
  }

  std::uint32_t slot = 0;  ///< (poller) its place in the owner's list
  const TimePoint due;     ///< from when the coroutine asked: its way to the poller counts

 private:
  [[nodiscard]] AsyncOwner& owner() const noexcept { return call_->scope().owner; }

  CallShare<AsyncCallState> call_;
  std::coroutine_handle<> waiter_;
  Sleep* next_left_ = nullptr;  // of those left behind
  // Looked at by the coroutine's own thread, so that one on its way to the poller counts as begun.
  const bool begun_after_stop_ = call_->scope().stop.stop_requested();
};

}  // namespace strandline::detail

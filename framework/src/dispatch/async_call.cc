#include "dispatch/async_call.h"

#include "base/abandonment.h"
#include "base/failure.h"

#include <optional>
#include <utility>

namespace strandline::detail {

namespace {

/// The call whose handler this thread is inside of, and the abandonment that came up meanwhile.
/// When a handler throws, its Completion is destroyed first and answers "dropped"; the exception
/// that follows is the better reason, so the answer waits for the end of the call.
struct Starting {
  const AsyncCallState* call = nullptr;
  std::optional<Failure> abandoned{};
};
thread_local Starting starting;

class AsyncCommitRequest final : public Answer {
 public:
  AsyncCommitRequest(AsyncOwner& owner, std::shared_ptr<AsyncCallState> call,
                     std::function<void(Result<Offset>)> answer)
      : owner_(owner), call_(std::move(call)), answer_(std::move(answer)) {}
  void on_poller() noexcept override {
    owner_.on_commit_request(*call_, std::move(answer_));
    delete this;
  }
  void discard() noexcept override {
    answer_(fail(ErrorCode::stopped, "the consumer has stopped; nothing more is committed"));
    delete this;
  }

 private:
  AsyncOwner& owner_;
  std::shared_ptr<AsyncCallState> call_;
  std::function<void(Result<Offset>)> answer_;
};

}  // namespace

AsyncCallState::AsyncCallState(AsyncOwner& owner, std::shared_ptr<AnswerPort> port,
                               const Clock& clock, Partition& partition, Item item,
                               const RecordFields& fields, unsigned attempt)
    : owner_(owner),
      port_(std::move(port)),
      clock_(clock),
      partition_(&partition),
      item_(item),
      id_(partition.shared_id()),
      stop_(partition.stop.get_token()),
      record_([&] {
        RecordFields own = fields;
        own.partition = id_.get();
        return own;
      }()),
      context_(*this, attempt) {}

void AsyncCallState::start(AsyncHandler& handler) noexcept {
  Phase expected = Phase::queued;
  // Against the poller's `cancel`: one of the two wins.
  if (!phase_.compare_exchange_strong(expected, Phase::started, std::memory_order_acq_rel)) return;
  const Starting outer = std::exchange(starting, Starting{this, {}});
  std::optional<Failure> thrown;
  try {
    handler.handle(record_, context_, Completion(shared_from_this()));
  } catch (...) {
    thrown = failure_of(std::current_exception());
  }
  std::optional<Failure> abandoned = std::move(starting.abandoned);
  starting = outer;
  // Without an abandonment the completion was moved away or answered: then its owner's word counts.
  if (abandoned) answer(Outcome::retry, thrown ? std::move(*thrown) : std::move(*abandoned));
}

bool AsyncCallState::cancel() noexcept {
  Phase expected = Phase::queued;
  return phase_.compare_exchange_strong(expected, Phase::cancelled, std::memory_order_acq_rel);
}

void AsyncCallState::answer(Outcome result, Failure why) noexcept {
  if (starting.call == this && is_abandonment(why) && !starting.abandoned) {
    starting.abandoned = std::move(why);
    return;
  }
  if (phase_.exchange(Phase::answered, std::memory_order_acq_rel) == Phase::answered) {
    return count_completion_answered_twice();
  }
  outcome = result;
  failure = std::move(why);
  if (outcome != Outcome::done && failure.why.empty() && !failure.exception) {
    failure = context_.take_failure();
  }
  keep_alive_ = shared_from_this();
  port_->push(*this);
}

void AsyncCallState::on_poller() noexcept {
  const auto alive = std::move(keep_alive_);
  owner_.on_answer(*this);
}

std::int64_t AsyncCallState::lag() const noexcept {
  return stop_.stop_requested() ? -1 : partition_->lag.load(std::memory_order_relaxed);
}

void AsyncCallState::commit(std::function<void(Result<Offset>)> answer) {
  port_->push(*new AsyncCommitRequest(owner_, shared_from_this(), std::move(answer)));
}

void AsyncCallState::resume_after(std::chrono::nanoseconds delay, std::coroutine_handle<> waiter) {
  const TimePoint now = clock_.now();
  const TimePoint due = delay < TimePoint::max() - now ? now + delay : TimePoint::max();
  port_->push(*new Sleep(owner_, due, stop_, waiter));
}

void Sleep::discard() noexcept {
  // Not resumed: it would run on the stack of whoever brings its answer, deeper with each further
  // sleep. Not destroyed: this is the innermost of coroutines that own one another, others may hold
  // a right to resume it, and what its destructors refer to may be gone. Its record stays as well,
  // as with a completion that is never answered. Any thread may come here, hence the atomic; the
  // list is never read: it is what tells a leak checker that this is on purpose.
  static std::atomic<Sleep*> left_behind{nullptr};
  next_left_ = left_behind.load(std::memory_order_relaxed);
  while (!left_behind.compare_exchange_weak(next_left_, this, std::memory_order_release,
                                            std::memory_order_relaxed)) {
  }
}

}  // namespace strandline::detail

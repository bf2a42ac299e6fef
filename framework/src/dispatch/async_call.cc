#include "dispatch/async_call.h"

#include "base/abandonment.h"
#include "base/failure.h"

#include <cstddef>
#include <memory>
#include <new>
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
  AsyncCommitRequest(AsyncOwner& owner, CallShare<AsyncCallState> call,
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
  CallShare<AsyncCallState> call_;
  std::function<void(Result<Offset>)> answer_;
};

// Frames lie behind the call, aligned as the heap would.
constexpr std::size_t kFrameUnit = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
static_assert(alignof(AsyncCallState) <= kFrameUnit);
constexpr std::size_t kFramesAt =
    (sizeof(AsyncCallState) + kFrameUnit - 1) / kFrameUnit * kFrameUnit;
// No call's block grows beyond it: without the bound one odd record would make all of them large.
constexpr std::size_t kTailMax = 2048;

}  // namespace

AsyncPools::AsyncPools() noexcept : calls(kFramesAt), starts(sizeof(AsyncStart)) {}

AsyncCallState::AsyncCallState(const std::shared_ptr<const AsyncScope>& scope, Item item,
                               const RecordFields& fields, unsigned attempt, std::uint32_t tail)
    : position_(item.position),
      batch_(item.batch),
      scope_(scope),
      tail_(tail),
      record_(fields),
      context_(*this, attempt) {}

CallShare<AsyncCallState> AsyncCallState::make(const std::shared_ptr<const AsyncScope>& scope,
                                               Item item, const RecordFields& fields,
                                               unsigned attempt) {
  const auto [memory, tail] = scope->pools->calls.take();
  return CallShare<AsyncCallState>(::new (memory) AsyncCallState(scope, item, fields, attempt,
                                                                 static_cast<std::uint32_t>(tail)));
}

void AsyncCallState::end() noexcept {
  // Kept over the end: it may be the last one that knows the pool.
  const std::shared_ptr<const AsyncScope> scope = std::move(scope_);
  const std::size_t tail = tail_;
  std::destroy_at(this);
  scope->pools->calls.give_back({this, tail});
}

void* AsyncCallState::frame_room(std::size_t size) noexcept {
  const std::size_t used = tail_used_ + size;
  if (used > tail_) {
    // This one comes from the heap; the calls to come will have room for it.
    if (used <= kTailMax) scope_->pools->calls.want_tail(used);
    return nullptr;
  }
  void* const room = reinterpret_cast<std::byte*>(this) + kFramesAt + tail_used_;
  tail_used_ = static_cast<std::uint32_t>(used);
  return room;
}

void AsyncCallState::frame_gone(void* room, std::size_t size) noexcept {
  // The newest one only, as a task that ends before the next begins: a loop of them needs room for
  // one.
  const std::byte* const end = reinterpret_cast<std::byte*>(this) + kFramesAt + tail_used_;
  if (static_cast<std::byte*>(room) + size == end) tail_used_ -= static_cast<std::uint32_t>(size);
}

void AsyncCallState::start(AsyncHandler& handler) noexcept {
  Phase expected = Phase::queued;
  // Against the poller's `cancel`: one of the two wins.
  if (!phase_.compare_exchange_strong(expected, Phase::started, std::memory_order_acq_rel)) return;
  const Starting outer = std::exchange(starting, Starting{this, {}});
  std::optional<Failure> thrown;
  try {
    const FrameHome home(*this);
    handler.handle(record_, context_, Completion(share_of<AsyncCall>(*this)));
  } catch (...) {
    thrown = failure_of(std::current_exception());
  }
  std::optional<Failure> abandoned = std::move(starting.abandoned);
  starting = outer;
  // Without an abandonment the completion was moved away or answered: then its owner's word counts.
  if (abandoned) answer(Outcome::retry, thrown ? std::move(*thrown) : std::move(*abandoned));
  take_step(handler_returned);
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
  if (outcome != Outcome::done) {
    if (why.why.empty() && !why.exception) why = context_.take_failure();
    // Without memory for the reason the record has failed all the same.
    failure_.reset(new (std::nothrow) Failure(std::move(why)));
  }
  add_share();  // the answer's, until it has been dealt with
  take_step(answer_given);
}

/// An answer goes to the poller at once, which may start the next call while this one's handler has
/// not returned yet: harmless where handlers are shared anyhow. A strand's own one has no lock:
/// there the answer and the return each look whether the other has been, and the second of them
/// pushes.
void AsyncCallState::take_step(Step step) noexcept {
  if (scope_->own_handlers) {
    const std::uint8_t before = steps_.fetch_or(step, std::memory_order_acq_rel);
    if ((before | step) != (answer_given | handler_returned)) return;
  } else if (step == handler_returned) {
    return;
  }
  scope_->port->push(*this);
}

Failure AsyncCallState::take_failure() noexcept {
  const std::unique_ptr<Failure> taken = std::move(failure_);
  return taken ? std::move(*taken) : Failure{};
}

void AsyncCallState::on_poller() noexcept {
  const CallShare<AsyncCallState> answered(this);
  scope_->owner.on_answer(*this);
}

std::int64_t AsyncCallState::lag() const noexcept {
  return scope_->stop.stop_requested() ? -1
                                       : scope_->partition->lag.load(std::memory_order_relaxed);
}

void AsyncCallState::commit(std::function<void(Result<Offset>)> answer) {
  scope_->port->push(*new AsyncCommitRequest(scope_->owner, share_of(*this), std::move(answer)));
}

void AsyncCallState::resume_after(std::chrono::nanoseconds delay, std::coroutine_handle<> waiter,
                                  SleepRoom& room) {
  static_assert(sizeof(Sleep) <= sizeof(SleepRoom) && alignof(Sleep) <= alignof(SleepRoom));
  const TimePoint now = scope_->clock.now();
  const TimePoint due = delay < TimePoint::max() - now ? now + delay : TimePoint::max();
  scope_->port->push(*::new (static_cast<void*>(&room)) Sleep(share_of(*this), due, waiter));
}

AsyncStart::Owner AsyncStart::make(const std::shared_ptr<AsyncPools>& pools,
                                   std::shared_ptr<AsyncHandler> handler) {
  void* memory = pools->starts.take().memory;
  return Owner(::new (memory) AsyncStart(pools, std::move(handler)));
}

void AsyncStart::add(CallShare<AsyncCallState> call) noexcept {
  AsyncCallState* const added = call.release();
  (first_ == nullptr ? first_ : last_->next) = added;
  last_ = added;
}

void AsyncStart::run() noexcept {
  while (first_ != nullptr) {
    const CallShare<AsyncCallState> call(std::exchange(first_, first_->next));
    call->start(*handler_);
  }
  end();
}

void AsyncStart::end() noexcept {
  const std::shared_ptr<AsyncPools> pools = std::move(pools_);
  std::destroy_at(this);
  pools->starts.give_back({this, 0});
}

void Sleep::run() noexcept {
  const std::coroutine_handle<> waiter = waiter_;
  std::destroy_at(this);
  waiter.resume();
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

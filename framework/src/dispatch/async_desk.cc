#include "dispatch/async_desk.h"

#include "base/abandonment.h"
#include "base/failure.h"
#include "dispatch/dispatcher.h"

#include <algorithm>
#include <utility>

namespace strandline::detail {

AsyncDesk::AsyncDesk(const DispatchSettings& settings, const HandlerSource& source, Router& router,
                     FailureDesk& failures, StrandBooks& books, const DispatchTools& tools,
                     InstanceStats& counters)
    : settings_(settings),
      source_(source),
      router_(router),
      failures_(failures),
      books_(books),
      tools_(tools),
      counters_(counters) {}

AsyncDesk::~AsyncDesk() {
  for (Sleep* sleep : sleeps_) {
    tools_.timers.cancel(*sleep);
    sleep->discard();
  }
  for (Sleep* sleep : woken_) sleep->discard();
}

bool AsyncDesk::start_from(Strand& strand, std::vector<Job*>& jobs) {
  // A few calls a job: enough to spread the hand-off's cost, few enough to keep all workers busy.
  static constexpr std::size_t kCallsPerJob = 16;
  while (!strand.empty() && strand.holds == 0) {
    if (full()) return false;
    if (strand.token && !strand.ready()) break;
    const Stretch& front = strand.front();
    const Item first{front.batch, front.begin};
    AsyncStart::Owner start;
    std::shared_ptr<AsyncHandler> handler;
    try {
      handler = handler_for(strand.partition(), first);
      start = AsyncStart::make(pools_, handler);
    } catch (...) {
      ++strand.holds;
      tools_.events.on_stop_required(
          {ErrorCode::handler_failed, "the handler factory threw for " +
                                          to_string(strand.partition().id()) + ": " +
                                          failure_of(std::current_exception()).why});
      return true;
    }
    scratch_.clear();
    if (strand.token) {
      strand.take(1, false, scratch_);
      start_item(strand.partition(), &strand, {scratch_[0].batch, scratch_[0].begin}, *start);
    } else {
      const std::size_t room = settings_.async_max - calls_.size();
      strand.take(source_.per_strand ? 1 : std::min(room, kCallsPerJob), true, scratch_);
      start_lane(strand, *start);
    }
    // Alive until the call is answered, and with others until then: it has just one.
    if (handlers_go_round()) handlers_.emplace_back(std::move(handler));
    if (!start->empty()) jobs.push_back(start.release());
  }
  if (strand.token && strand.idle()) strand.partition().close_token(strand);
  return true;
}

/// What was taken from a lane: each record starts, or waits behind its token.
void AsyncDesk::start_lane(Strand& lane, AsyncStart& start) {
  Partition& partition = lane.partition();
  for (const Stretch& part : scratch_) {
    for (std::uint32_t position = part.begin; position < part.end; ++position) {
      const Item item{part.batch, position};
      if (settings_.order == Ordering::none) {
        start_item(partition, nullptr, item, start);
        continue;
      }
      const auto [strand, newly] =
          partition.open_token(router_.token_of(*part.batch, position), lane);
      if (newly) {
        start_item(partition, &strand, item, start);
      } else {
        strand.push_back(item.stretch());
        books_.requeue(strand);
      }
    }
  }
}

void AsyncDesk::start_item(Partition& partition, Strand* strand, Item item, AsyncStart& start) {
  const unsigned attempt = partition.next_attempt(*item.batch, item.position);
  RecordFields fields;
  void* message = item.batch->message_at(item.position);
  tools_.pool.messages().read(&message, 1, partition.id(), &fields);
  CallShare<AsyncCallState> call = AsyncCallState::make(scope_of(partition), item, fields, attempt);
  call->strand = strand;
  call->slot = static_cast<std::uint32_t>(calls_.size());
  if (strand != nullptr) ++strand->out;
  ++partition.out;
  ++item.batch->holders;
  start.add(share_of(*call));
  calls_.push_back(std::move(call));
  counters_.queue_wait.record(turn_ - item.batch->admitted_at);
}

const std::shared_ptr<const AsyncScope>& AsyncDesk::scope_of(Partition& partition) {
  if (!partition.async_scope) {
    AsyncOwner& owner = *this;
    partition.async_scope = std::make_shared<const AsyncScope>(
        AsyncScope{owner, tools_.port, tools_.clock, pools_, &partition, partition.shared_id(),
                   partition.stop.get_token(), source_.per_strand});
  }
  return partition.async_scope;
}

std::shared_ptr<AsyncHandler> AsyncDesk::handler_for(Partition& partition, Item item) {
  const auto make = [&](std::size_t strand) {
    return source_.make(StrandInfo{partition.id(), strand});
  };
  const auto as_async = [](const AnyHandler& handler) {
    return std::get<std::shared_ptr<AsyncHandler>>(handler);
  };
  if (!source_.per_strand) {
    if (!shared_handler_) shared_handler_ = as_async(make(0));
    return shared_handler_;
  }
  if (handlers_go_round()) return as_async(partition.take_handler([&] { return make(0); }));
  const std::size_t lane = router_.token_of(*item.batch, item.position);
  std::optional<AnyHandler>& handler = partition.lane(lane).handler;
  if (!handler) handler = make(lane);
  return as_async(*handler);
}

void AsyncDesk::forget(AsyncCallState& call) {
  calls_.back()->slot = call.slot;
  std::swap(calls_[call.slot], calls_.back());
  calls_.pop_back();
  if (handlers_go_round()) {
    std::swap(handlers_[call.slot], handlers_.back());
    call.partition().idle_handlers.push_back(std::move(handlers_.back()));
    handlers_.pop_back();
  }
  call.settled = true;
  --call.partition().out;
  --call.item().batch->holders;
}

void AsyncDesk::on_answer(AsyncCallState& call) {
  Partition& partition = call.partition();
  const Item item = call.item();
  forget(call);
  const Failure failure = call.take_failure();
  if (is_abandonment(failure)) ++counters_.completions_abandoned;
  if (partition.fenced()) {
    ++counters_.late_completions_fenced;
    return partition.let_go(*item.batch);
  }
  Strand* strand = call.strand;
  if (strand != nullptr) --strand->out;
  // A handler that committed the record has declared it finished; whatever it says later.
  const bool finished = partition.tracker().is_complete(item.batch->sequence_at(item.position));
  if (call.outcome == Outcome::done || finished) {
    books_.finished(partition, item, Finish::processed);
  } else {
    if (strand == nullptr) {  // no order: there is one lane
      strand =
          &partition.open_token(router_.token_of(*item.batch, item.position), partition.lane(0))
               .strand;
    }
    strand->push_front(item.stretch());
    failures_.failed(*strand, call.outcome, failure);
  }
  if (strand != nullptr) books_.requeue(*strand);
  failures_.report_stop();
}

Offset AsyncDesk::take_back(Partition& partition) {
  Offset highest_begun;
  for (std::size_t i = calls_.size(); i > 0; --i) {
    const CallShare<AsyncCallState> call = share_of(*calls_[i - 1]);
    if (&call->partition() != &partition) continue;
    const Item item = call->item();
    if (!call->cancel()) {
      highest_begun = std::max(highest_begun, item.batch->offset_at(item.position));
      continue;
    }
    forget(*call);
    Strand& strand = call->strand != nullptr ? *call->strand : partition.lane(0);
    if (call->strand != nullptr) --strand.out;
    strand.push_front(item.stretch());
  }
  return highest_begun;
}

void AsyncDesk::on_commit_request(AsyncCallState& call,
                                  std::function<void(Result<Offset>)> answer) {
  if (call.settled) {
    // Two threads pushed, and the queue keeps no order between them.
    return answer(
        fail(ErrorCode::invalid_state,
             "commit_async was overtaken by the completion's answer; ask before answering, "
             "from the same thread"));
  }
  Partition& partition = call.partition();
  if (!partition.fenced()) books_.finished(partition, call.item(), Finish::processed);
  tools_.events.on_commit_requested(partition, std::move(answer));
}

void AsyncDesk::on_sleep(Sleep& sleep) {
  sleep.slot = static_cast<std::uint32_t>(sleeps_.size());
  sleeps_.push_back(&sleep);
  if (sleep.due <= tools_.clock.now() || sleep.cut_short()) return wake(sleep);
  tools_.timers.schedule(sleep, sleep.due);
}

void AsyncDesk::wake(Sleep& sleep) {
  sleeps_.back()->slot = sleep.slot;
  std::swap(sleeps_[sleep.slot], sleeps_.back());
  sleeps_.pop_back();
  woken_.push_back(&sleep);
}

void AsyncDesk::begin_turn(std::vector<Job*>& jobs) {
  turn_ = tools_.clock.now();
  jobs.insert(jobs.end(), woken_.begin(), woken_.end());
  woken_.clear();
}

void AsyncDesk::wake_sleepers() {
  // Backwards, since waking one moves the last one into its place.
  for (std::size_t i = sleeps_.size(); i > 0; --i) {
    Sleep& sleep = *sleeps_[i - 1];
    if (!sleep.cut_short()) continue;
    tools_.timers.cancel(sleep);
    wake(sleep);
  }
}

}  // namespace strandline::detail

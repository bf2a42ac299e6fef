#include "dispatch/dispatcher.h"

#include "base/failure.h"

#include <algorithm>
#include <utility>

namespace strandline::detail {

Dispatcher::Dispatcher(DispatchSettings settings, HandlerSource source,
                       const ConsumerConfig& config, DispatchTools tools, std::uint64_t seed)
    : settings_(settings),
      source_(std::move(source)),
      tools_(std::move(tools)),
      router_(config.order, config.key_extractor, settings.handler_per_strand,
              tools_.pool.messages(), tools_.clock),
      environment_{tools_.pool.messages(), tools_.clock, tools_.port, *this},
      failures_(config.failure, tools_.timers, tools_.clock, tools_.pool.messages(), tools_.events,
                *this, counters, seed),
      calls_(settings_, source_, router_, failures_, *this, tools_, counters) {}

void Dispatcher::admit(Partition& partition, AdmittedBatch& batch) {
  partition.admit(batch, tools_.clock.now());
  in_flight_ += batch.records.size();
  scratch_.clear();
  router_.route(partition, batch, scratch_);
  for (Strand* lane : scratch_) requeue(*lane);
}

void Dispatcher::requeue(Strand& strand) {
  if (strand.listed) return;
  if (strand.ready()) {
    strand.listed = true;
    (sets_pace(strand) ? pacemakers_ : ready_).push_back(&strand);
  } else if (strand.token && strand.idle()) {
    strand.partition().close_token(strand);
  }
}

/// Whether its records, one after the other, take longer than all others take on all workers. A hot
/// key does, and so does a partition that is far behind: each moment in which such a strand waits
/// for its turn is added to the whole, while the others have time.
bool Dispatcher::sets_pace(const Strand& strand) const noexcept {
  if (strand.out_max > 1) return false;
  const bool calls = settings_.kind == HandlerKind::async;
  // A lane of asynchronous calls does not wait for them; the strand of a token does.
  if (calls && !strand.token) return false;
  return strand.queued() * (calls ? settings_.async_max : settings_.workers) > in_flight_;
}

bool Dispatcher::full() const noexcept {
  return calls_.full() || out_.size() >= settings_.runs_max;
}

std::size_t Dispatcher::dispatch(std::size_t in_flight) {
  in_flight_ = in_flight;
  jobs_.clear();
  calls_.begin_turn(jobs_);
  do {
    visit(pacemakers_);
    visit(ready_);
    // One that became a pacemaker meanwhile must not wait until something else wakes the poller.
  } while (!pacemakers_.empty() && !full());
  tools_.jobs.submit(jobs_.data(), jobs_.size());
  return jobs_.size();
}

void Dispatcher::visit(std::vector<Strand*>& ready) {
  // Strands that become ready meanwhile (a token's, say) join the end of the same list. Those that
  // are not reached keep their places: with key order there are hundreds of them.
  std::size_t looked_at = 0;
  for (; looked_at < ready.size() && !full(); ++looked_at) {
    Strand& strand = *ready[looked_at];
    strand.listed = false;
    if (!strand.partition().stop.stop_requested()) start_from(strand);
  }
  ready.erase(ready.begin(), ready.begin() + static_cast<std::ptrdiff_t>(looked_at));
}

void Dispatcher::start_from(Strand& strand) {
  if (settings_.kind == HandlerKind::async) {
    // It has had its share; with more to start it goes behind the others.
    if (!calls_.start_from(strand, jobs_)) requeue(strand);
    return;
  }
  while (strand.ready()) {
    if (full()) return requeue(strand);
    Run& run = take_run();
    if (!fill(strand, run)) {
      put_run(run);
      break;
    }
    send(strand, run);
  }
  if (strand.token && strand.idle()) strand.partition().close_token(strand);
}

/// Moves records from the strand into the run; false when there is nothing to run after all.
bool Dispatcher::fill(Strand& strand, Run& run) {
  Partition& partition = strand.partition();
  const bool batches = settings_.kind == HandlerKind::batch;
  run.parts.clear();
  run.urgent = sets_pace(strand);
  strand.take(run_length(strand, run.urgent), batches, run.parts);
  const bool keys_apart = settings_.order == Ordering::key &&
                          partition.isolation() == Isolation::token && !strand.token;
  // The records of a token all come by one lane: the others need not be looked at.
  if (keys_apart && strand.open_tokens > 0) hold_back_tokens(strand, run.parts);
  if (run.parts.empty()) return false;

  run.partition = &partition;
  run.strand = &strand;
  run.first_attempt = partition.next_attempt(*run.parts.front().batch, run.parts.front().begin);
  run.prepare();
  return choose_handler(strand, run);
}

std::size_t Dispatcher::run_length(const Strand& strand, bool urgent) const {
  if (settings_.kind == HandlerKind::batch) {
    // What has failed is tried again by itself, so that a poisoned record does not fail its
    // successors.
    const Partition& partition = strand.partition();
    const Stretch& front = strand.front();
    std::uint32_t failed = 0;
    while (front.begin + failed < front.end &&
           partition.failed_attempts.contains(front.batch->sequence_at(front.begin + failed))) {
      ++failed;
    }
    return failed > 0 ? failed : settings_.batch_max;
  }
  // While workers are idle nobody waits for the end of a run, nor for the end of one that sets the
  // pace: a hot key or a single partition is spared most of the ways to the poller and back.
  const auto target = settings_.run_target * (urgent || out_.size() < settings_.workers ? 4 : 1);
  const double fitting = static_cast<double>(target.count()) / cost_ns_;
  return std::clamp(static_cast<std::size_t>(fitting), std::size_t{1}, settings_.batch_max);
}

/// Records whose token something is waiting for already queue up behind it, in order.
void Dispatcher::hold_back_tokens(Strand& strand, std::vector<Stretch>& parts) {
  Partition& partition = strand.partition();
  std::vector<Stretch> kept;
  for (const Stretch& part : parts) {
    for (std::uint32_t position = part.begin; position < part.end; ++position) {
      Strand* waiting = partition.find_token(router_.token_of(*part.batch, position));
      if (waiting != nullptr) {
        waiting->push_back({part.batch, position, position + 1});
        requeue(*waiting);
      } else if (!kept.empty() && kept.back().batch == part.batch && kept.back().end == position) {
        kept.back().end = position + 1;
      } else {
        kept.push_back({part.batch, position, position + 1});
      }
    }
  }
  parts = std::move(kept);
  // Everything taken had to wait: there may be more behind it that need not.
  if (parts.empty() && strand.ready()) requeue(strand);
}

bool Dispatcher::choose_handler(Strand& strand, Run& run) {
  try {
    if (!source_.per_strand) {
      if (!shared_handler_) shared_handler_ = source_.make(StrandInfo{});
      run.handler = *shared_handler_;
      return true;
    }
    const StrandInfo info{strand.partition().id(), strand.number()};
    if (settings_.order == Ordering::none) {
      run.handler = strand.partition().take_handler([&] { return source_.make(info); });
      return true;
    }
    if (!strand.handler) strand.handler = source_.make(info);
    run.handler = *strand.handler;
    return true;
  } catch (...) {
    tools_.events.on_stop_required(
        {ErrorCode::handler_failed, "the handler factory threw for " +
                                        to_string(strand.partition().id()) + ": " +
                                        failure_of(std::current_exception()).why});
    give_back_unbegun(run, 0, run.size());
    ++strand.holds;
    return false;
  }
}

void Dispatcher::send(Strand& strand, Run& run) {
  // One record a claim where another order may need what is behind a stuck one; a few at once where
  // they would have to wait anyhow and the handler is fast.
  run.claim = 1;
  if (settings_.kind == HandlerKind::batch) {
    run.claim = run.size();
  } else if (settings_.order == Ordering::partition) {
    run.claim = static_cast<std::uint32_t>(std::clamp(20'000.0 / cost_ns_, 1.0, 64.0));
  }
  const TimePoint now = tools_.clock.now();
  for (const Stretch& part : run.parts) {
    ++part.batch->holders;
    counters.queue_wait.record(now - part.batch->admitted_at, part.size());
  }
  ++strand.out;
  ++strand.partition().out;
  run.slot = out_.size();
  out_.push_back(&run);
  jobs_.push_back(&run);
}

void Dispatcher::on_run_back(Run& run) {
  Partition& partition = *run.partition;
  out_.back()->slot = run.slot;
  std::swap(out_[run.slot], out_.back());
  out_.pop_back();
  if (!run.empty_handed) --partition.out;
  measure(run);
  if (settings_.order == Ordering::none && source_.per_strand) {
    partition.idle_handlers.push_back(std::move(run.handler));
  }
  run.handler = {};
  // A batch handler may have declared more finished, by a commit, than it says now: its word
  // counts.
  const std::uint32_t begun = std::max(run.begun, run.settled);
  if (partition.fenced()) {
    counters.late_completions_fenced += begun - run.settled;
  } else {
    // A handler that committed and then threw has had its say: the record is finished.
    std::erase_if(run.failures, [&](const RunFailure& f) { return f.index < run.settled; });
    settle(run, begun, run.failures);
    give_back_unbegun(run, begun, run.limit);
    apply_failures(run);
    if (!run.empty_handed) {
      --run.strand->out;
      requeue(*run.strand);
    }
  }
  for (const Stretch& part : run.parts) --part.batch->holders;
  for (std::size_t i = 0; i < run.parts.size(); ++i) {
    // A batch may stand in several parts; only the last mention lets go, since after it it may be
    // gone.
    const auto again = [&](const Stretch& other) { return other.batch == run.parts[i].batch; };
    if (std::none_of(run.parts.begin() + static_cast<std::ptrdiff_t>(i) + 1, run.parts.end(),
                     again)) {
      partition.let_go(*run.parts[i].batch);
    }
  }
  put_run(run);
  failures_.report_stop();
}

void Dispatcher::measure(const Run& run) {
  if (run.begun == 0) return;
  const auto per_record = run.elapsed / run.begun;
  counters.handler.record(per_record, run.begun);
  // Capped: one stuck record must not make all runs after it as short as can be for minutes.
  const double sample = std::min(static_cast<double>(per_record.count()), 1e8);
  cost_ns_ = std::max(1.0, 0.8 * cost_ns_ + 0.2 * sample);
}

void Dispatcher::on_commit_request(Run& run, std::uint32_t end,
                                   std::function<void(Result<Offset>)> answer) {
  Partition& partition = *run.partition;
  // All before it is finished as well: a run goes in order, and a failure would have ended it.
  if (!partition.fenced() && end > run.settled) settle(run, end, {});
  tools_.events.on_commit_requested(partition, std::move(answer));
}

Run& Dispatcher::take_run() {
  if (free_runs_.empty()) {
    runs_.push_back(std::make_unique<Run>(environment_));
    return *runs_.back();
  }
  Run* run = free_runs_.back();
  free_runs_.pop_back();
  return *run;
}

void Dispatcher::put_run(Run& run) {
  ++run.turn;
  free_runs_.push_back(&run);
}

}  // namespace strandline::detail

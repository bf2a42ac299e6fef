#include "dispatch/dispatcher.h"

#include "base/assert.h"

#include <algorithm>
#include <vector>

/// The dispatcher's second half: what a run that came back, or is taken back, means for the books.
namespace strandline::detail {

namespace {

/// Calls `visit(Stretch)` for what [begin, end) of the run covers, in order.
template <class Visit>
void for_stretches(const Run& run, std::uint32_t begin, std::uint32_t end, Visit visit) {
  std::uint32_t first = 0;
  for (const Stretch& part : run.parts) {
    const std::uint32_t from = std::max(begin, first);
    const std::uint32_t to = std::min(end, first + part.size());
    if (from < to) visit(Stretch{part.batch, part.begin + from - first, part.begin + to - first});
    first += part.size();
  }
}

}  // namespace

Item Dispatcher::item_at(const Run& run, std::uint32_t index) {
  Item item;
  for_stretches(run, index, index + 1, [&](const Stretch& one) { item = {one.batch, one.begin}; });
  STRANDLINE_ASSERT(item.batch != nullptr, "the index lies within the run");
  return item;
}

/// Books [settled, end) as finished, except for `failures`. Of a run that is still out these are
/// passed as none: the worker may be writing them, and what is settled then lies before any that
/// could be.
void Dispatcher::settle(Run& run, std::uint32_t end, std::span<const RunFailure> failures) {
  Partition& partition = *run.partition;
  const TimePoint now = tools_.clock.now();
  const auto book = [&](std::uint32_t from, std::uint32_t to) {
    for_stretches(run, from, to, [&](const Stretch& part) {
      const std::size_t count = partition.finish(*part.batch, part.begin, part.end);
      partition.counters.processed += count;
      counters.processed += count;
      counters.residence.record(now - part.batch->admitted_at, count);
      if (part.begin == 0 && count > 0) measure_delivery(*part.batch);
      partition.forget_attempts(*part.batch, part.begin, part.end);
    });
  };
  std::uint32_t from = run.settled;
  for (const RunFailure& failure : failures) {
    book(from, failure.index);
    from = failure.index + 1;
  }
  if (from < end) book(from, end);
  run.settled = std::max(run.settled, end);
}

void Dispatcher::give_back_unbegun(Run& run, std::uint32_t begin, std::uint32_t end) {
  std::vector<Stretch> unbegun;
  for_stretches(run, begin, end, [&](const Stretch& part) { unbegun.push_back(part); });
  for (auto part = unbegun.rbegin(); part != unbegun.rend(); ++part) {
    run.strand->push_front(*part);
  }
}

void Dispatcher::apply_failures(Run& run) {
  Partition& partition = *run.partition;
  // From the last to the first: each goes to the front of its strand, so they end up in order.
  for (auto failure = run.failures.rbegin(); failure != run.failures.rend(); ++failure) {
    const Item item = item_at(run, failure->index);
    Strand* strand = run.strand;
    if (partition.isolation() == Isolation::token && !strand->token) {
      strand =
          &partition.open_token(router_.token_of(*item.batch, item.position), *run.strand).strand;
    }
    strand->push_front(item.stretch());
    failures_.failed(*strand, failure->outcome, failure->failure);
    if (strand != run.strand) requeue(*strand);
  }
}

void Dispatcher::finished(Partition& partition, Item item, Finish how) {
  partition.failed_attempts.erase(item.batch->sequence_at(item.position));
  const std::size_t count = partition.finish(*item.batch, item.position, item.position + 1);
  switch (how) {
    case Finish::processed:
      partition.counters.processed += count;
      counters.processed += count;
      break;
    case Finish::dead_lettered:
      partition.counters.dead_lettered += count;
      counters.dead_lettered += count;
      break;
    case Finish::dropped:
      partition.counters.dropped += count;
      counters.dropped += count;
      break;
  }
  counters.residence.record(tools_.clock.now() - item.batch->admitted_at, count);
  if (item.position == 0 && count > 0) measure_delivery(*item.batch);
  partition.let_go(*item.batch);
}

/// One record stands for its batch: to ask each for its timestamp would cost a look at its message.
void Dispatcher::measure_delivery(const AdmittedBatch& batch) {
  const Timestamp sent = tools_.pool.messages().timestamp(batch.message_at(0));
  if (sent.type == TimestampType::not_available) return;
  using std::chrono::milliseconds;
  const auto now =
      std::chrono::duration_cast<milliseconds>(tools_.clock.wall_time().time_since_epoch());
  // Held within what can be: a producer may have written anything there.
  counters.delivery.record(now - std::clamp(sent.since_epoch, milliseconds(0), now));
}

void Dispatcher::take_back_slow() {
  const TimePoint now = tools_.clock.now();
  for (std::size_t i = 0; i < out_.size(); ++i) {
    Run& run = *out_[i];
    const std::uint32_t begun = run.begun_so_far().value_or(0);
    if (begun == 0 || run.partition->fenced()) continue;
    if (run.seen_begun == TimePoint{}) {
      run.seen_begun = now;
      continue;
    }
    if (now - run.seen_begun < settings_.slow_after) continue;
    if (run.limit == run.size() && begun < run.size()) {
      const std::uint32_t limit = run.take_back();
      if (limit == run.size() && !run.begun_so_far())
        continue;  // it has just failed: it is on its way
      give_back_unbegun(run, limit, run.size());
      if (run.strand->out_max > 1) requeue(*run.strand);
    }
    settle_done(run);
    isolate_stuck(run);
  }
}

/// Books what a run that is still out has finished, so that one slow record holds neither the
/// commit position of those before it nor their names in reports.
void Dispatcher::settle_done(Run& run) {
  const std::uint32_t done = run.done_so_far();
  if (done > run.settled) settle(run, done, {});
}

/// Key order: the one record a slow run is still at becomes its key's own strand, so that the lane,
/// and all other keys in it, go on without it.
void Dispatcher::isolate_stuck(Run& run) {
  Partition& partition = *run.partition;
  const bool lane_of_keys = settings_.order == Ordering::key &&
                            partition.isolation() == Isolation::token && !run.strand->token;
  if (!lane_of_keys || run.limit == 0) return;
  // A worker claims the next record only after the one before it has finished without failing.
  settle(run, run.limit - 1, {});
  const Item stuck = item_at(run, run.limit - 1);
  Strand& lane = *run.strand;
  Strand& token = partition.open_token(router_.token_of(*stuck.batch, stuck.position), lane).strand;
  ++token.out;
  --lane.out;
  run.strand = &token;
  requeue(lane);
}

/// What no worker has begun goes back to its strands; returns the highest offset of the rest,
/// invalid when there is none. A run that has just ended itself because a record failed does not
/// tell yet what it has begun: then all of it counts, which at worst is a run too much.
Offset Dispatcher::take_back(Partition& partition) {
  Offset highest_begun = calls_.take_back(partition);
  for (Run* run : out_) {
    if (run->partition != &partition) continue;
    const std::uint32_t before = run->limit;
    const std::uint32_t limit = run->take_back();
    give_back_unbegun(*run, limit, before);
    for_stretches(*run, 0, limit, [&](const Stretch& part) {
      highest_begun = std::max(highest_begun, part.batch->offset_at(part.end - 1));
    });
    if (limit == 0 && !run->empty_handed) {
      // No worker is at it, and none will be: it waits in the pool only to find its way home, maybe
      // for long, behind the handlers of other partitions. Nobody has to wait for that.
      run->empty_handed = true;
      --partition.out;
      --run->strand->out;
    }
  }
  return highest_begun;
}

void Dispatcher::quiesce(Partition& partition) {
  // A dead letter that is on its way is waited for, so what lies before its record must be, too.
  partition.drain(std::max(take_back(partition), failures_.highest_letter(partition)));
  // Not where they are idle: whoever is at work on a token's strand just now closes it himself.
  partition.for_each_strand([&](Strand& strand) {
    if (strand.ready()) requeue(strand);
  });
}

void Dispatcher::cancel(Partition& partition) {
  take_back(partition);
  for (Run* run : out_) {
    if (run->partition == &partition && !partition.fenced()) settle_done(*run);
  }
  partition.stop.request_stop();
  calls_.wake_sleepers();
}

void Dispatcher::fence(Partition& partition) {
  quiesce(partition);
  cancel(partition);
  failures_.forget(partition);
  const auto of_it = [&](const Strand* strand) { return &strand->partition() == &partition; };
  std::erase_if(pacemakers_, of_it);
  std::erase_if(ready_, of_it);
  partition.fence();
}

}  // namespace strandline::detail

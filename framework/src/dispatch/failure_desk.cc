#include "dispatch/failure_desk.h"

#include "base/log.h"
#include "retry/backoff.h"
#include "retry/failure_decision.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace strandline::detail {

namespace {
// However short the back-off: what the client refuses at once would be sent again in every turn.
constexpr Duration kLetterPause = std::chrono::milliseconds(100);
}  // namespace

FailureDesk::FailureDesk(const FailurePolicy& policy, TimerWheel& timers, const Clock& clock,
                         MessageSource& messages, DispatchEvents& events, StrandBooks& books,
                         InstanceStats& counters, std::uint64_t seed)
    : policy_(policy),
      timers_(timers),
      clock_(clock),
      messages_(messages),
      events_(events),
      books_(books),
      counters_(counters),
      random_(static_cast<std::minstd_rand::result_type>(seed)) {}

void FailureDesk::failed(Strand& strand, Outcome outcome, const Failure& failure) {
  Partition& partition = strand.partition();
  const Item item{strand.front().batch, strand.front().begin};
  const unsigned attempt = ++partition.failed_attempts[item.batch->sequence_at(item.position)];
  ++partition.counters.failed;
  ++counters_.failed;
  // A handler that gives up because it was asked to stop has not failed: the record comes again to
  // whoever owns the partition next.
  if (partition.stop.stop_requested()) {
    ++strand.holds;
    return;
  }
  const Decision decision = decide(policy_, attempt, outcome, failure, random_);
  switch (decision.action) {
    case Decision::Action::retry:
      say_retry(item, decision.reason, decision.delay);
      return retry_after(strand, decision.delay);
    case Decision::Action::dead_letter:
      return dead_letter(strand, take_front(strand), failure, attempt);
    case Decision::Action::drop:
      log(LogLevel::warning, "{} dropped after {} attempt(s): {}", name(item), attempt,
          decision.reason);
      return books_.finished(partition, take_front(strand), Finish::dropped);
    case Decision::Action::park:
      return park(strand, take_front(strand), decision.reason);
    case Decision::Action::stop:
      return stop(strand, item, attempt, decision.reason);
  }
}

void FailureDesk::retry_after(Strand& strand, Duration delay) {
  ++strand.partition().counters.retries;
  ++counters_.retries;
  ++strand.partition().counters.waiting_retry;
  // A batch fails record by record: they wait for one timer.
  if (strand.retries_waiting++ == 0) ++strand.holds;
  timers_.schedule(strand, clock_.now() + delay);
}

// A dependency that is down fails every record: one line a second stands for all of them.
void FailureDesk::say_retry(Item item, const std::string& reason, Duration delay) {
  const auto unsaid = retries_said_.admit(clock_.now());
  if (!unsaid) return;
  log(LogLevel::warning,
      "{}: {}; trying again in {} ms (failed attempts since the last such line: {})", name(item),
      reason, std::chrono::duration_cast<std::chrono::milliseconds>(delay).count(), *unsaid + 1);
}

void FailureDesk::on_retry_due(Strand& strand) {
  // In a drain no further attempt begins: one more failure would only wait again. It stays held,
  // and with it what is behind it.
  if (strand.partition().draining) return;
  strand.partition().counters.waiting_retry -= std::exchange(strand.retries_waiting, 0);
  --strand.holds;
  books_.requeue(strand);
}

void FailureDesk::dead_letter(Strand& strand, Item item, const Failure& failure, unsigned attempt) {
  RecordFields fields;
  void* message = item.batch->message_at(item.position);
  messages_.read(&message, 1, strand.partition().id(), &fields);
  const Record record(fields);
  ++strand.holds;
  ++strand.partition().unacknowledged;
  const std::uint64_t token = next_token_++;
  auto letter = std::make_unique<Letter>(*this, token, strand, item,
                                         make_dead_letter(record, failure, attempt));
  send(*letters_.emplace(token, std::move(letter)).first->second);
}

void FailureDesk::send(Letter& letter) {
  ++letter.attempts;
  if (const Result<void> sent = events_.send_dead_letter(letter.content, letter.token); !sent) {
    // After one refusal of the broker's the client itself refuses for a while whatever it is given
    // for that topic, and would multiply what has been said once.
    if (!letter.refused) ++counters_.dead_letter_failures;
    letter.refused = true;
    send_later(letter, sent.error());
  }
}

void FailureDesk::send_later(Letter& letter, const Error& why) {
  // Nothing passes it before it is acknowledged, so there is no last attempt.
  const Duration delay =
      std::max<Duration>(backoff_delay(policy_.backoff, letter.attempts, random_), kLetterPause);
  if (const auto unsaid = letters_said_.admit(clock_.now())) {
    log(LogLevel::error,
        "the dead letter of {} was not taken by \"{}\": {}; sending it again (such refusals since "
        "the last such line: {})",
        name(letter.item), policy_.dead_letter_topic, why.message, *unsaid + 1);
  }
  timers_.schedule(letter, clock_.now() + delay);
}

void FailureDesk::on_delivered(std::uint64_t token, const Result<void>& result) {
  const auto found = letters_.find(token);
  if (found == letters_.end()) return;  // its partition is gone: the record comes again
  Letter& letter = *found->second;
  if (!result) {
    letter.refused = true;
    ++counters_.dead_letter_failures;
    return send_later(letter, result.error());
  }
  Strand& strand = letter.strand;
  const Item item = letter.item;
  letters_.erase(found);
  --strand.holds;
  --strand.partition().unacknowledged;
  books_.finished(strand.partition(), item, Finish::dead_lettered);
  books_.requeue(strand);
}

void FailureDesk::park(Strand& strand, Item item, const std::string& reason) {
  ++strand.holds;
  ++strand.partition().counters.parked;
  log(LogLevel::error,
      "{} is parked: {}. Its order waits and the commit position stays before it until the "
      "consumer is restarted",
      name(item), reason);
}

void FailureDesk::stop(Strand& strand, Item item, unsigned attempt, const std::string& reason) {
  ++strand.holds;
  stop_ = Error{ErrorCode::handler_failed,
                name(item) + " failed for good after " + std::to_string(attempt) +
                    " attempt(s): " + reason +
                    ". The consumer stops before it; mend the handler or the record, or choose "
                    "another FailurePolicy::exhausted"};
}

void FailureDesk::report_stop() {
  if (!stop_) return;
  Error error = std::move(*stop_);
  stop_.reset();
  events_.on_stop_required(std::move(error));
}

Offset FailureDesk::highest_letter(const Partition& partition) const {
  Offset highest;
  for (const auto& [token, letter] : letters_) {
    if (&letter->strand.partition() != &partition) continue;
    highest = std::max(highest, letter->item.batch->offset_at(letter->item.position));
  }
  return highest;
}

void FailureDesk::forget(Partition& partition) {
  std::erase_if(letters_,
                [&](const auto& entry) { return &entry.second->strand.partition() == &partition; });
}

Item FailureDesk::take_front(Strand& strand) {
  std::vector<Stretch> one;
  strand.take(1, false, one);
  return {one[0].batch, one[0].begin};
}

std::string FailureDesk::name(Item item) {
  return to_string(item.batch->partition->id()) + "@" +
         std::to_string(item.batch->offset_at(item.position).value());
}

}  // namespace strandline::detail

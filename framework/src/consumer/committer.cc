#include "consumer/committer.h"

#include "base/failure.h"
#include "base/log.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace strandline::detail {

namespace {

Error no_answer() { return {ErrorCode::timed_out, "the broker did not answer the commit"}; }

Unexpected gone(const TopicPartition& partition) {
  return fail(ErrorCode::not_assigned,
              to_string(partition) + " was revoked or lost before the commit");
}

/// What a request came to: its first refusal, if any.
std::optional<Error> first_error(const std::vector<CommittedOffset>& offsets) {
  for (const CommittedOffset& offset : offsets) {
    if (offset.error) return offset.error;
  }
  return std::nullopt;
}

}  // namespace

Committer::Committer(const CommitConfig& config, BrokerClient& client, Assignment& assignment,
                     const Clock& clock, InstanceStats& counters)
    : config_(config),
      client_(client),
      assignment_(assignment),
      clock_(clock),
      counters_(counters),
      scheduler_(config, clock.now()),
      last_success_(clock.now()) {}

template <class Wanted>
std::vector<PartitionOffset> Committer::dirty(Wanted wanted) {
  std::vector<PartitionOffset> offsets;
  for (AssignedPart& part : assignment_.parts()) {
    Partition& partition = *part.partition;
    const CommitLedger& ledger = partition.ledger();
    if (partition.fenced() || !ledger.dirty() || ledger.requesting() || !wanted(partition))
      continue;
    offsets.push_back({partition.id(), partition.ledger().position()});
  }
  return offsets;
}

CommitLedger* Committer::ledger_of(const TopicPartition& partition, const Request& request) {
  AssignedPart* const part = assignment_.find(partition);
  if (part == nullptr || part->partition->epoch() > request.newest) return nullptr;
  return &part->partition->ledger();
}

std::vector<CommittedOffset> Committer::unanswered(const Request& request, const Error& why) {
  std::vector<CommittedOffset> answers;
  answers.reserve(request.offsets.size());
  for (const PartitionOffset& offset : request.offsets) {
    answers.push_back({offset.partition, offset.offset, why});
  }
  return answers;
}

void Committer::time_out() {
  const TimePoint now = clock_.now();
  std::vector<std::pair<Done, std::vector<CommittedOffset>>> late;
  for (auto& [id, request] : requests_) {
    if (request.late || now - request.sent < config_.timeout) continue;
    request.late = true;
    for (const PartitionOffset& offset : request.offsets) {
      if (CommitLedger* ledger = ledger_of(offset.partition, request)) ledger->failed();
    }
    late.emplace_back(std::exchange(request.done, {}), unanswered(request, no_answer()));
  }
  for (const auto& [done, answers] : late) {
    if (done) done(answers);
  }
  const auto from = std::ranges::stable_partition(asking_, [&](const Asking& one) {
                      return now - one.since < config_.timeout;
                    }).begin();
  const std::vector<Asking> overdue(std::make_move_iterator(from),
                                    std::make_move_iterator(asking_.end()));
  asking_.erase(from, asking_.end());
  for (const Asking& one : overdue) one.answer(Unexpected(no_answer()));
  if (!late.empty()) ask_again();
}

void Committer::ask_again() {
  if (std::exchange(skipped_, false)) scheduler_.force();
  for (const Final& one : std::exchange(finals_, {})) commit_finally(one.partitions, one.done);
  for (const Asking& one : std::exchange(asking_, {})) {
    AssignedPart* const part = assignment_.find(one.partition);
    if (part == nullptr || part->partition->epoch() != one.epoch) {
      one.answer(gone(one.partition));
    } else {
      ask(*part->partition, one.since, one.answer);
    }
  }
}

bool Committer::requesting(const std::vector<TopicPartition>& partitions) {
  return std::ranges::any_of(partitions, [&](const TopicPartition& id) {
    AssignedPart* const part = assignment_.find(id);
    return part != nullptr && part->partition->ledger().requesting();
  });
}

void Committer::tick() {
  const TimePoint now = clock_.now();
  if (scheduler_.overdue(now)) {
    // The answer may still come, and is welcome then; but commits go on without it.
    log(LogLevel::warning, "a commit has not been answered for {} ms; trying again",
        config_.timeout.count());
    scheduler_.answered(false, now);
    // Its late answer must not be taken for that of the request which comes next.
    for (auto& [id, request] : requests_) request.scheduled = false;
  }
  if (!scheduler_.due(now)) return;
  skipped_ = std::ranges::any_of(assignment_.parts(), [](const AssignedPart& part) {
    const CommitLedger& ledger = part.partition->ledger();
    return ledger.requesting() && ledger.position() > ledger.requested();
  });
  auto offsets = dirty([](Partition&) { return true; });
  if (offsets.empty()) return scheduler_.nothing_to_send(now);
  scheduler_.requested(now);
  if (!send(std::move(offsets), true, {})) scheduler_.answered(false, now);
}

void Committer::commit_finally(const std::vector<TopicPartition>& partitions, const Done& done) {
  if (config_.mode == CommitMode::none) return done({});
  if (requesting(partitions)) return finals_.push_back({partitions, done});
  auto offsets = dirty([&](Partition& partition) {
    return std::ranges::find(partitions, partition.id()) != partitions.end();
  });
  if (offsets.empty()) return done({});
  if (!send(std::move(offsets), false, done)) done({});
}

void Committer::commit_for_handler(Partition& partition,
                                   const std::function<void(Result<Offset>)>& answer) {
  ask(partition, clock_.now(), answer);
}

void Committer::ask(Partition& partition, TimePoint since,
                    const std::function<void(Result<Offset>)>& answer) {
  if (config_.mode == CommitMode::none) {
    return answer(fail(ErrorCode::invalid_state,
                       "commit.mode is none: Context::commit has nothing to commit with"));
  }
  if (partition.fenced()) return answer(gone(partition.id()));
  if (!partition.ledger().dirty()) return answer(partition.ledger().position());
  if (partition.ledger().requesting()) {
    asking_.push_back({partition.id(), partition.epoch(), since, answer});
    return;
  }
  const Offset position = partition.ledger().position();
  const bool sent = send({{partition.id(), position}}, false,
                         [answer, position](const std::vector<CommittedOffset>& offsets) {
                           if (const auto error = first_error(offsets)) {
                             answer(Unexpected(*error));
                           } else {
                             answer(position);
                           }
                         });
  if (!sent) answer(fail(ErrorCode::commit_failed, "the commit could not be sent"));
}

bool Committer::send(std::vector<PartitionOffset> offsets, bool scheduled, Done done) {
  const Result<CommitId> id = client_.commit(offsets);
  if (!id) {
    ++counters_.commits_failed;
    log(LogLevel::warning, "a commit could not be sent: {}", id.error().message);
    return false;
  }
  for (const PartitionOffset& offset : offsets) {
    if (AssignedPart* part = assignment_.find(offset.partition)) {
      (void)part->partition->ledger().request();
    }
  }
  requests_.emplace(*id, Request{std::move(offsets), clock_.now(), assignment_.newest_epoch(),
                                 std::move(done), scheduled});
  return true;
}

void Committer::on_answer(CommitId id, const std::vector<CommittedOffset>& offsets) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  Request request = std::move(found->second);
  requests_.erase(found);
  const TimePoint now = clock_.now();
  const std::optional<Error> error = first_error(offsets);
  counters_.commit.record(now - request.sent);
  ++(error ? counters_.commits_failed : counters_.commits_ok);
  if (error) {
    // Refusals in the middle of a rebalance are the protocol's way of saying "not now".
    log(error->is_retriable() ? LogLevel::info : LogLevel::warning,
        "a commit was refused: {}; the position stays dirty", error->message);
  } else {
    last_success_ = now;
  }
  for (const CommittedOffset& offset : offsets) {
    CommitLedger* const ledger = ledger_of(offset.partition, request);
    if (ledger == nullptr) continue;
    if (!offset.error) {
      ledger->acknowledged(offset.offset);
    } else if (!request.late) {
      ledger->failed();
    }
  }
  if (request.scheduled) scheduler_.answered(!error, now);
  tell_listener(offsets);
  if (request.done) request.done(offsets);
  ask_again();
}

void Committer::abandon() {
  finals_.clear();
  for (const Asking& one : std::exchange(asking_, {})) one.answer(Unexpected(no_answer()));
  while (!requests_.empty()) {
    const CommitId id = requests_.begin()->first;
    on_answer(id, unanswered(requests_.begin()->second, no_answer()));
  }
}

void Committer::abandon_waiters() noexcept {
  const auto stopped = [] {
    return Error{ErrorCode::stopped, "the consumer stopped before the broker's answer"};
  };
  try {
    for (auto& [id, request] : requests_) {
      if (const Done done = std::exchange(request.done, {})) done(unanswered(request, stopped()));
    }
    for (const Asking& one : std::exchange(asking_, {})) one.answer(Unexpected(stopped()));
  } catch (...) {
    log(LogLevel::error, "no memory to tell who waits for a commit that the consumer has stopped");
  }
}

void Committer::tell_listener(const std::vector<CommittedOffset>& offsets) noexcept {
  if (!config_.on_commit) return;
  try {
    std::vector<CommitAnswer> answers;
    answers.reserve(offsets.size());
    for (const CommittedOffset& offset : offsets) {
      answers.push_back({offset.partition, offset.offset, offset.error});
    }
    config_.on_commit(answers);
  } catch (...) {
    log(LogLevel::error, "the commit listener threw: {}", failure_of(std::current_exception()).why);
  }
}

}  // namespace strandline::detail

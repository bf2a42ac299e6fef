#include "consumer/committer.h"

#include "base/failure.h"
#include "base/log.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace strandline::detail {

namespace {

Error no_answer() { return {ErrorCode::timed_out, "the broker did not answer the commit"}; }

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
    if (partition.fenced() || !partition.ledger().dirty() || !wanted(partition)) continue;
    offsets.push_back({partition.id(), partition.ledger().position()});
  }
  return offsets;
}

std::vector<CommittedOffset> Committer::unanswered(const Request& request, const Error& why) {
  std::vector<CommittedOffset> answers;
  answers.reserve(request.offsets.size());
  for (const PartitionOffset& offset : request.offsets) {
    answers.push_back({offset.partition, offset.offset, why});
  }
  return answers;
}

/// Whoever waits for an answer waits no longer than the configuration says; a late one is still
/// believed.
void Committer::time_out_waiters(TimePoint now) {
  std::vector<std::pair<Done, std::vector<CommittedOffset>>> late;
  for (auto& [id, request] : requests_) {
    if (!request.done || now - request.sent < config_.timeout) continue;
    late.emplace_back(std::exchange(request.done, {}), unanswered(request, no_answer()));
  }
  for (const auto& [done, answers] : late) done(answers);
}

void Committer::tick() {
  const TimePoint now = clock_.now();
  time_out_waiters(now);
  if (scheduler_.overdue(now)) {
    // The answer may still come, and is welcome then; but commits go on without it.
    log(LogLevel::warning, "a commit has not been answered for {} ms; trying again",
        config_.timeout.count());
    scheduler_.answered(false, now);
    // Its late answer must not be taken for that of the request which comes next.
    for (auto& [id, request] : requests_) request.scheduled = false;
  }
  if (!scheduler_.due(now)) return;
  auto offsets = dirty([](Partition&) { return true; });
  if (offsets.empty()) return scheduler_.nothing_to_send(now);
  scheduler_.requested(now);
  if (!send(std::move(offsets), true, {})) scheduler_.answered(false, now);
}

void Committer::commit_finally(const std::vector<TopicPartition>& partitions, const Done& done) {
  if (config_.mode == CommitMode::none) return done({});
  auto offsets = dirty([&](Partition& partition) {
    return std::ranges::find(partitions, partition.id()) != partitions.end();
  });
  if (offsets.empty()) return done({});
  if (!send(std::move(offsets), false, done)) done({});
}

void Committer::commit_for_handler(Partition& partition,
                                   const std::function<void(Result<Offset>)>& answer) {
  if (config_.mode == CommitMode::none) {
    return answer(fail(ErrorCode::invalid_state,
                       "commit.mode is none: Context::commit has nothing to commit with"));
  }
  if (partition.fenced()) {
    return answer(fail(ErrorCode::not_assigned,
                       to_string(partition.id()) + " was revoked or lost before the commit"));
  }
  if (!partition.ledger().dirty()) return answer(partition.ledger().position());
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
  requests_.emplace(*id, Request{std::move(offsets), clock_.now(), std::move(done), scheduled});
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
    AssignedPart* part = assignment_.find(offset.partition);
    if (part == nullptr) continue;
    if (offset.error) {
      part->partition->ledger().failed();
    } else {
      part->partition->ledger().acknowledged(offset.offset);
    }
  }
  if (request.scheduled) scheduler_.answered(!error, now);
  tell_listener(offsets);
  if (request.done) request.done(offsets);
}

void Committer::abandon() {
  while (!requests_.empty()) {
    const CommitId id = requests_.begin()->first;
    on_answer(id, unanswered(requests_.begin()->second, no_answer()));
  }
}

void Committer::abandon_waiters() noexcept {
  for (auto& [id, request] : requests_) {
    const Done done = std::exchange(request.done, {});
    if (!done) continue;
    try {
      done(unanswered(
          request, Error{ErrorCode::stopped, "the consumer stopped before the broker's answer"}));
    } catch (...) {
      log(LogLevel::error,
          "no memory to tell who waits for a commit that the consumer has stopped");
    }
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

bool Committer::waits_for_commit(Partition& partition) const {
  return config_.mode == CommitMode::per_batch &&
         (partition.in_flight() > partition.counters.parked || partition.ledger().dirty());
}

}  // namespace strandline::detail

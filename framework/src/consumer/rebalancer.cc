#include "consumer/rebalancer.h"

#include "base/failure.h"
#include "base/log.h"

#include <algorithm>
#include <utility>

namespace strandline::detail {

namespace {

// Between attempts at a final commit: a coordinator that moves is away for seconds.
constexpr Duration kRetryDelayMin = std::chrono::milliseconds(100);
constexpr Duration kRetryDelayMax = std::chrono::seconds(1);

std::string names(const std::vector<TopicPartition>& partitions) {
  std::string text;
  for (const TopicPartition& partition : partitions) {
    if (!text.empty()) text += ", ";
    text += to_string(partition);
  }
  return text;
}

/// A coordinator that is moving or a heartbeat behind refuses for a moment only; to give up then
/// would make the next owner do finished work again. A group that has gone on without us will not
/// change its mind, and waits for our answer.
bool worth_repeating(const CommittedOffset& answer) {
  return answer.error && answer.error->is_retriable() && !answer.membership_over;
}

// Of this thread: pollers call one listener side by side.
thread_local unsigned told_instance = 0;

}  // namespace

Rebalancer::Rebalancer(const ConsumerConfig& config, BrokerClient& client, Assignment& assignment,
                       Dispatcher& dispatcher, Committer& committer, const Clock& clock,
                       InstanceStats& counters, unsigned instance)
    : config_(config),
      client_(client),
      assignment_(assignment),
      dispatcher_(dispatcher),
      committer_(committer),
      clock_(clock),
      counters_(counters),
      instance_(instance) {}

void Rebalancer::on_assign(std::vector<TopicPartition> partitions) {
  const TimePoint started = clock_.now();
  ++counters_.rebalances;
  if (!partitions.empty()) {
    log(LogLevel::info, "assigned {}", names(partitions));
    ever_assigned_ = true;
  }
  // Told first, so that a listener is ready before the first record; of an empty one, too, since
  // that is all an idle member ever hears.
  tell(&RebalanceListener::on_assigned, partitions);
  for (const TopicPartition& id : partitions) {
    // The queue is split before the answer: afterwards records could slip into the main queue.
    assignment_.add(dispatcher_.make_partition(id, Epoch{next_epoch_++}), client_.open(id));
  }
  if (const auto answered = client_.answer_assign(partitions); !answered) {
    log(LogLevel::error, "the assignment could not be taken: {}", answered.error().message);
  }
  counters_.rebalance.record(clock_.now() - started);
}

void Rebalancer::on_revoke(std::vector<TopicPartition> partitions, bool lost) {
  std::erase_if(partitions, [&](const TopicPartition& id) { return !assignment_.find(id); });
  if (lost) {
    lose(partitions);
    return;
  }
  const TimePoint now = clock_.now();
  if (!partitions.empty()) log(LogLevel::info, "revoked {}", names(partitions));
  for (const TopicPartition& id : partitions) {
    dispatcher_.quiesce(*assignment_.find(id)->partition);
  }
  ++revocation_number_;
  revocation_ = Revocation{std::move(partitions), Phase::draining, now,
                           drains_ ? now + config_.rebalance.drain_timeout : now};
  tick();
}

void Rebalancer::tick() {
  if (!revocation_) return;
  Revocation& revocation = *revocation_;
  if (client_.assignment_lost()) {
    // Somebody else has them by now: what was about to be committed is not ours to commit any more.
    const Revocation ended = std::move(revocation);
    revocation_.reset();
    return lose(ended.partitions);
  }
  const TimePoint now = clock_.now();
  if (revocation.phase == Phase::draining) {
    const bool drained = quiet(revocation.partitions);
    if (!drained && now < revocation.deadline) return;
    if (!drained && drains_) {
      log(LogLevel::warning,
          "rebalance: handlers of {} did not finish within {} ms; their records come again to the "
          "next "
          "owner. Hint: raise rebalance.drain_timeout, or look at Context::stop_token()",
          names(revocation.partitions), config_.rebalance.drain_timeout.count());
    }
    if (!drained) {
      for (const TopicPartition& id : revocation.partitions) {
        dispatcher_.cancel(*assignment_.find(id)->partition);
      }
    }
    begin_commit(revocation);
    if (!revocation_) return;
  }
  if (!revocation.committed && now < revocation.deadline && revocation.retry_at &&
      now >= *revocation.retry_at) {
    commit(revocation);
  }
  if (revocation.committed && now < revocation.deadline &&
      positions(revocation.partitions) != revocation.positions) {
    // A handler that the drain's deadline left at work has come to its end meanwhile: what it did
    // is committed as well, while the partition is still ours. Nothing new begins, so this ends.
    revocation.committed = false;
    commit(revocation);
  }
  if (revocation.phase == Phase::committing &&
      (revocation.committed || now >= revocation.deadline)) {
    const Revocation ended = std::move(revocation);
    revocation_.reset();
    if (!ended.committed) {
      log(LogLevel::warning,
          "rebalance: the final commit of {} was not accepted within {} ms; what it would have "
          "covered comes again to the next owner",
          names(ended.partitions), config_.commit.timeout.count());
    }
    give_up(ended.partitions, released(ended));
    counters_.rebalance.record(clock_.now() - ended.started);
  }
}

void Rebalancer::begin_commit(Revocation& revocation) {
  tell_revoked(revocation.partitions);
  revocation.phase = Phase::committing;
  revocation.deadline = clock_.now() + config_.commit.timeout;
  revocation.retry_delay = kRetryDelayMin;
  commit(revocation);
}

void Rebalancer::tell_of_the_end() { tell_revoked(assignment_.ids()); }

/// Those that have not heard it.
void Rebalancer::tell_revoked(std::vector<TopicPartition> partitions) {
  std::erase_if(partitions, [&](const TopicPartition& id) {
    return std::ranges::find(told_, id) != told_.end();
  });
  if (partitions.empty()) return;
  tell(&RebalanceListener::on_revoked, partitions);
  told_.insert(told_.end(), partitions.begin(), partitions.end());
}

void Rebalancer::commit(Revocation& revocation) {
  revocation.retry_at.reset();
  revocation.positions = positions(revocation.partitions);
  const auto answered = [this,
                         number = revocation_number_](const std::vector<CommittedOffset>& answers) {
    if (!revocation_ || revocation_number_ != number) return;
    revocation_->committed = std::ranges::none_of(answers, worth_repeating);
    revocation_->answers = answers;
    if (revocation_->committed) return;
    revocation_->retry_at = clock_.now() + revocation_->retry_delay;
    revocation_->retry_delay = std::min(2 * revocation_->retry_delay, kRetryDelayMax);
  };
  committer_.commit_finally(revocation.partitions, answered);
}

void Rebalancer::lose(const std::vector<TopicPartition>& partitions) {
  const TimePoint started = clock_.now();
  if (!partitions.empty()) {
    log(LogLevel::warning,
        "lost {}: the group took them away; nothing is committed, and what was in flight comes "
        "again to their new owner",
        names(partitions));
  }
  counters_.partitions_lost += partitions.size();
  // Fenced first: nothing that finishes from here on may count.
  for (const TopicPartition& id : partitions) {
    dispatcher_.fence(*assignment_.find(id)->partition);
  }
  if (!partitions.empty()) tell(&RebalanceListener::on_lost, partitions);
  give_up(partitions, {});
  counters_.rebalance.record(clock_.now() - started);
}

void Rebalancer::give_up(const std::vector<TopicPartition>& partitions,
                         const std::vector<ReleasedPartition>& released) {
  for (const TopicPartition& id : partitions) {
    Partition& partition = *assignment_.find(id)->partition;
    std::erase_if(given_up_, [&](const PartitionStats& stats) { return stats.partition == id; });
    given_up_.push_back(partition.snapshot(clock_.now()));
    if (!partition.fenced()) dispatcher_.fence(partition);
  }
  if (!released.empty()) tell(&RebalanceListener::on_released, released);
  for (const TopicPartition& id : partitions) {
    assignment_.retire(id);
    std::erase(told_, id);  // should it come back, it is told anew
  }
  committer_.ask_again();  // who waits for a commit of theirs is told
  if (const auto answered = client_.answer_revoke(partitions); !answered) {
    log(LogLevel::error, "the revocation could not be answered: {}", answered.error().message);
  }
}

std::vector<ReleasedPartition> Rebalancer::released(const Revocation& ended) {
  std::vector<ReleasedPartition> all;
  all.reserve(ended.partitions.size());
  for (const TopicPartition& id : ended.partitions) {
    const CommitLedger& ledger = assignment_.find(id)->partition->ledger();
    ReleasedPartition& one = all.emplace_back(
        ReleasedPartition{id, ledger.position(), ledger.committed(), std::nullopt});
    if (!ledger.dirty() || config_.commit.mode == CommitMode::none) continue;
    const auto answer = std::ranges::find(ended.answers, id, &CommittedOffset::partition);
    one.error = answer != ended.answers.end() ? answer->error : std::nullopt;
    if (!one.error) {
      one.error = Error{ErrorCode::commit_failed,
                        "the final commit of " + to_string(id) + " was not answered"};
    }
  }
  return all;
}

std::vector<Offset> Rebalancer::positions(const std::vector<TopicPartition>& partitions) {
  std::vector<Offset> all;
  all.reserve(partitions.size());
  for (const TopicPartition& id : partitions) {
    all.push_back(assignment_.find(id)->partition->ledger().position());
  }
  return all;
}

bool Rebalancer::quiet(const std::vector<TopicPartition>& partitions) {
  return std::ranges::all_of(partitions, [&](const TopicPartition& id) {
    return dispatcher_.quiet(*assignment_.find(id)->partition);
  });
}

std::optional<TimePoint> Rebalancer::deadline() const {
  if (!revocation_) return std::nullopt;
  return std::min(revocation_->deadline, revocation_->retry_at.value_or(revocation_->deadline));
}

template <class T>
void Rebalancer::tell(void (RebalanceListener::*event)(std::span<const T>),
                      const std::vector<T>& partitions) noexcept {
  if (config_.listener == nullptr) return;
  told_instance = instance_;
  try {
    (config_.listener->*event)(partitions);
  } catch (...) {
    log(LogLevel::error, "the rebalance listener threw: {}",
        failure_of(std::current_exception()).why);
  }
}

}  // namespace strandline::detail

namespace strandline {

unsigned RebalanceListener::instance() noexcept { return detail::told_instance; }

}  // namespace strandline

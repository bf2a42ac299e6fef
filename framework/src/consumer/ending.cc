#include "consumer/instance.h"

#include "base/log.h"

#include <algorithm>
#include <utility>

/// The second half of an instance's life: drain, commit, leave the group, and say what was left.
/// Every wait has a deadline, and the loop keeps turning meanwhile.
namespace strandline::detail {

namespace {
constexpr auto kCloseTimeout = std::chrono::seconds(15);
}

void Instance::advance_phase() {
  const int stop = stop_.load(std::memory_order_acquire);
  const TimePoint now = clock_.now();
  switch (phase_) {
    case Phase::running:
      if (stop == 0) return;
      begin_drain();
      [[fallthrough]];
    case Phase::draining:
      // A revoke under way has its own drain, and must be answered before the group can be left.
      if (stop < 2 && !drained() && now < phase_deadline_) return;
      drain_over();
      begin_commit();
      [[fallthrough]];
    case Phase::committing:
      // The answer to a revoke under way would come after the group was left, and so would its
      // commit.
      if (stop < 2 && now < phase_deadline_ &&
          (!final_commit_answered_ || rebalance_.under_way())) {
        return;
      }
      begin_close();
      return;
    case Phase::closing:
      if (client_->closed() || now >= phase_deadline_) finish_close();
      return;
    case Phase::starting:
    case Phase::closed:
      return;
  }
}

void Instance::begin_drain() {
  phase_ = Phase::draining;
  phase_deadline_ = clock_.now() + config_.shutdown.drain_timeout;
  // After a failure nothing new starts either: its record's order must not be overtaken.
  const bool finish_admitted = config_.shutdown.drain == Drain::admitted && !error_;
  if (finish_admitted) return;
  for (AssignedPart& part : assignment_.parts()) dispatcher_.quiesce(*part.partition);
}

bool Instance::drained() const {
  return std::ranges::all_of(
      const_cast<Assignment&>(assignment_).parts(),
      [&](const AssignedPart& part) { return dispatcher_.quiet(*part.partition); });
}

void Instance::drain_over() {
  rebalance_.no_more_draining();
  const TimePoint now = clock_.now();
  for (AssignedPart& part : assignment_.parts()) {
    Partition& partition = *part.partition;
    dispatcher_.quiesce(partition);
    const bool quiet = dispatcher_.quiet(partition);
    // First, since it books what the running ones have finished: it is not left.
    if (!quiet) dispatcher_.cancel(partition);
    const std::size_t queued = std::min(partition.queued(), partition.in_flight());
    left_queued_ += queued;
    left_in_flight_ += partition.in_flight() - queued;
    if (quiet) continue;
    const Offset oldest = partition.tracker().oldest_unfinished_offset();
    if (left_.size() < 100) {
      left_.push_back(
          {partition.id(), oldest,
           std::chrono::duration_cast<std::chrono::milliseconds>(partition.oldest_age(now))});
    }
    log(LogLevel::warning,
        "stopping: handlers of {} did not finish in time; the oldest is at offset {}. Their "
        "records come "
        "again to the next owner",
        to_string(partition.id()), oldest.value());
  }
}

void Instance::begin_commit() {
  phase_ = Phase::committing;
  phase_deadline_ = clock_.now() + config_.commit.timeout;
  // Before the commit, since what a listener flushes there has to be flushed before the position
  // says so; and both before the close: the revoke that it brings may come when the group is left.
  rebalance_.tell_of_the_end();
  committer_.commit_finally(assignment_.ids(),
                            [this](const auto&) { final_commit_answered_ = true; });
}

void Instance::begin_close() {
  phase_ = Phase::closing;
  phase_deadline_ = clock_.now() + kCloseTimeout;
  client_->begin_close();
}

void Instance::finish_close() {
  if (!client_->closed()) {
    log(LogLevel::warning,
        "stopping: the group could not be left in time; it notices at the session timeout");
  }
  if (!final_commit_answered_) {
    log(LogLevel::warning, "stopping: the final commit was not answered; records may come again");
  }
  committer_.abandon();
  publish(clock_.now());
  // A client that could not close has not revoked them.
  for (const TopicPartition& id : assignment_.ids()) {
    left_stats_.push_back(assignment_.find(id)->partition->snapshot(clock_.now()));
    dispatcher_.fence(*assignment_.find(id)->partition);
    assignment_.retire(id);
  }
  phase_ = Phase::closed;
}

void Instance::leave_group() noexcept {
  // The partitions stay, since workers may be at their records.
  for (AssignedPart& part : assignment_.parts()) part.feed.reset();
  client_->leave_group();
}

void Instance::report(RunSummary& summary) const {
  const auto append = [&](const std::vector<PartitionStats>& from) {
    summary.partitions.insert(summary.partitions.end(), from.begin(), from.end());
  };
  append(rebalance_.given_up());
  append(left_stats_);
  summary.left.insert(summary.left.end(), left_.begin(), left_.end());
  summary.left_in_flight += left_in_flight_;
  summary.left_queued += left_queued_;
  if (error_ && !summary.error) summary.error = error_;
}

bool Instance::settled() {
  port_->serve(SIZE_MAX);
  assignment_.bury();
  return assignment_.all_buried();
}

}  // namespace strandline::detail

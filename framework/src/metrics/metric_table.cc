#include "metrics/metric_table.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>

namespace strandline::detail {
namespace {

using enum MetricType;
using Value = std::optional<double>;

double seconds(std::chrono::milliseconds time) {
  return std::chrono::duration<double>(time).count();
}

// A field as a number. Offsets stay below 2^53, up to which a double is exact.
template <std::integral T>
Value number(T value) {
  return static_cast<double>(value);
}
Value number(std::chrono::milliseconds value) { return seconds(value); }
Value number(Epoch value) { return static_cast<double>(value); }
Value number(State value) { return static_cast<double>(value); }
Value number(Offset value) {
  return value.is_valid() ? Value{static_cast<double>(value.value())} : std::nullopt;
}

template <class T>
struct OwnerOf;
template <class Owner, class Field>
struct OwnerOf<Field Owner::*> {
  using Type = Owner;
};

/// Reads one field as it stands.
template <auto kField>
Value field(const typename OwnerOf<decltype(kField)>::Type& stats) {
  return number(stats.*kField);
}

/// Adds one field up over the partitions of an instance.
template <auto kField>
Value sum(const InstanceStats& stats) {
  double total = 0;
  for (const PartitionStats& one : stats.partitions) total += static_cast<double>(one.*kField);
  return total;
}

/// How far `position` is from the end of the log. The two are learnt at different times, so the end
/// may seem to be behind; that is no lag.
Value behind(const PartitionStats& stats, Offset position) {
  if (!stats.high_watermark.is_valid() || !position.is_valid()) return std::nullopt;
  const std::int64_t lag = stats.high_watermark.value() - position.value();
  return static_cast<double>(std::max<std::int64_t>(lag, 0));
}

Value lag(const PartitionStats& stats) {
  return stats.lag < 0 ? std::nullopt : Value{static_cast<double>(stats.lag)};
}

Value lag_max(const InstanceStats& stats) {
  Value highest;
  for (const PartitionStats& one : stats.partitions) {
    if (const Value known = lag(one)) highest = std::max(highest.value_or(0), *known);
  }
  return highest;
}

Value lag_average(const InstanceStats& stats) {
  double total = 0;
  double count = 0;
  for (const PartitionStats& one : stats.partitions) {
    if (const Value known = lag(one)) {
      total += *known;
      ++count;
    }
  }
  return count > 0 ? Value{total / count} : std::nullopt;
}

Value unread(const PartitionStats& stats) {
  // Before its first record a partition is read from where it would commit.
  const bool any = stats.highest_seen.is_valid();
  return behind(stats, any ? stats.highest_seen.next() : stats.commit_position);
}

Value lag_of_committed(const PartitionStats& stats) { return behind(stats, stats.committed); }

double started_in(const PartitionStats& stats) {
  return static_cast<double>(stats.in_flight - std::min(stats.queued, stats.in_flight));
}

Value started(const PartitionStats& stats) { return started_in(stats); }

Value all_started(const InstanceStats& stats) {
  double total = 0;
  for (const PartitionStats& one : stats.partitions) total += started_in(one);
  return total;
}

Value assigned(const InstanceStats& stats) { return number(stats.partitions.size()); }

Value gated_partitions(const InstanceStats& stats) {
  return number(std::ranges::count_if(stats.partitions, &PartitionStats::gated));
}

Value oldest_age(const InstanceStats& stats) {
  std::chrono::milliseconds oldest{0};
  for (const PartitionStats& one : stats.partitions) oldest = std::max(oldest, one.oldest_age);
  return seconds(oldest);
}

using I = InstanceStats;
using P = PartitionStats;

// clang-format off: one metric, one paragraph
constexpr MetricRow kTable[] = {
    // Of the whole consumer.
    {{"strandline_state", gauge,
      "0 created, 1 running, 2 draining, 3 closed, 4 failed."},
     ConsumerValue{field<&Stats::state>}, "pc.status"},
    {{"strandline_workers", gauge,
      "Threads that run handlers."},
     ConsumerValue{field<&Stats::workers>}, "pc.user.function.executor"},
    {{"strandline_in_flight_limit_records", gauge,
      "Back-pressure stops reading at this many records in flight; each instance has an equal part."},
     ConsumerValue{field<&Stats::in_flight_records_max>}, "pc.dynamic.load.factor"},
    {{"strandline_in_flight_limit_bytes", gauge,
      "Back-pressure stops reading at this many bytes in flight; each instance has an equal part."},
     ConsumerValue{field<&Stats::in_flight_bytes_max>}, ""},
    {{"strandline_completions_answered_twice_total", counter,
      "Asynchronous completions answered more than once, a fault of the handler; the first answer "
      "counted. Of the whole process."},
     ConsumerValue{field<&Stats::completions_answered_twice>}, ""},

    // Of one instance: one poller and what it was assigned.
    {{"strandline_assigned_partitions", gauge,
      "Partitions this instance owns."},
     InstanceValue{assigned}, "pc.partitions.number assigned-partitions"},
    {{"strandline_in_flight_records", gauge,
      "Records admitted and not finished."},
     InstanceValue{field<&I::in_flight>}, "pc.incomplete.offsets.total"},
    {{"strandline_in_flight_bytes", gauge,
      "Keys and values of the records in flight."},
     InstanceValue{field<&I::in_flight_bytes>}, ""},
    {{"strandline_queued_records", gauge,
      "Of the records in flight, those not started."},
     InstanceValue{sum<&P::queued>}, "pc.waiting.records pc.shards.size"},
    {{"strandline_started_records", gauge,
      "Of the records in flight, those begun: running, waiting for an asynchronous answer, for a "
      "retry or for a dead letter's acknowledgement, or parked."},
     InstanceValue{all_started}, "pc.inflight.records"},
    {{"strandline_waiting_retry_records", gauge,
      "Of the records in flight, those that failed and wait for their next attempt."},
     InstanceValue{sum<&P::waiting_retry>}, ""},
    {{"strandline_parked_records", gauge,
      "Records that failed for good and hold the commit position, as the failure policy says."},
     InstanceValue{sum<&P::parked>}, ""},
    {{"strandline_dispatched_runs", gauge,
      "Stretches of records handed to workers and not answered yet."},
     InstanceValue{field<&I::runs_out>}, "pc.user.function.executor"},
    {{"strandline_busy_strands", gauge,
      "Strands that hold records, queued or handed out."},
     InstanceValue{field<&I::strands_busy>}, "pc.shards"},
    {{"strandline_gated", gauge,
      "1 while back-pressure holds all partitions, else 0."},
     InstanceValue{field<&I::gated>}, ""},
    {{"strandline_gated_age_seconds", gauge,
      "How long back-pressure has held all partitions."},
     InstanceValue{field<&I::gated_age>}, ""},
    {{"strandline_gated_partitions", gauge,
      "Partitions that their own back-pressure holds."},
     InstanceValue{gated_partitions}, "pc.partitions.paused"},
    {{"strandline_oldest_unfinished_age_seconds", gauge,
      "The longest that any record which holds a commit position has been in flight."},
     InstanceValue{oldest_age}, ""},
    {{"strandline_records_lag_max", gauge,
      "The highest lag of the assigned partitions; see strandline_partition_records_lag."},
     InstanceValue{lag_max}, "records-lag-max"},
    {{"strandline_records_lag_avg", gauge,
      "The mean lag of the assigned partitions whose lag is known."},
     InstanceValue{lag_average}, "records-lag-avg"},
    {{"strandline_last_commit_age_seconds", gauge,
      "Since the broker last acknowledged a commit."},
     InstanceValue{field<&I::last_commit_age>}, ""},
    {{"strandline_last_turn_age_seconds", gauge,
      "Since the poller last turned; it grows when the poller hangs."},
     InstanceValue{field<&I::last_turn_age>}, "pc.poller.status last-poll-seconds-ago"},
    {{"strandline_polled_records_total", counter,
      "Records received from the broker."},
     InstanceValue{field<&I::polled>}, "decaton.records.consumed records-consumed-total"},
    {{"strandline_polled_bytes_total", counter,
      "Keys and values received from the broker."},
     InstanceValue{field<&I::polled_bytes>}, "bytes-consumed-total"},
    {{"strandline_processed_records_total", counter,
      "Records that the handler finished."},
     InstanceValue{field<&I::processed>}, "pc.processed.records decaton.tasks.processed"},
    {{"strandline_failed_attempts_total", counter,
      "Attempts that failed."},
     InstanceValue{field<&I::failed>}, "pc.failed.records decaton.tasks.error"},
    {{"strandline_retries_total", counter,
      "Attempts after a record's first."},
     InstanceValue{field<&I::retries>}, "decaton.retry.queued.tasks decaton.retry.task.retries"},
    {{"strandline_dead_letters_total", counter,
      "Records that the dead-letter topic took."},
     InstanceValue{field<&I::dead_lettered>}, ""},
    {{"strandline_dead_letter_failures_total", counter,
      "Dead letters that were refused, by the broker or at first by the client."},
     InstanceValue{field<&I::dead_letter_failures>}, "decaton.retry.queueing.failed"},
    {{"strandline_dropped_records_total", counter,
      "Records given up unhandled, as the failure policy or the handler says."},
     InstanceValue{field<&I::dropped>}, "decaton.tasks.discarded"},
    {{"strandline_filtered_duplicates_total", counter,
      "Records that the client delivered again within one assignment; they were not handled again."},
     InstanceValue{field<&I::duplicates_filtered>}, ""},
    {{"strandline_stuck_records_total", counter,
      "Records the watchdog has named because they were in flight too long."},
     InstanceValue{field<&I::stuck_reported>}, "pc.slow.records decaton.tasks.timeout"},
    {{"strandline_fenced_completions_total", counter,
      "Records that finished after their partition had gone; they come again to its next owner."},
     InstanceValue{field<&I::late_completions_fenced>}, ""},
    {{"strandline_abandoned_completions_total", counter,
      "Asynchronous completions dropped without an answer, a fault of the handler; they count as "
      "failed attempts."},
     InstanceValue{field<&I::completions_abandoned>}, ""},
    {{"strandline_commits_succeeded_total", counter,
      "Commits that the broker acknowledged."},
     InstanceValue{field<&I::commits_ok>}, "commit-total"},
    {{"strandline_commits_failed_total", counter,
      "Commits that the broker refused or did not answer; they are made again."},
     InstanceValue{field<&I::commits_failed>}, ""},
    {{"strandline_rebalances_total", counter,
      "Assignments received, empty ones included: one for each rebalance of the group."},
     InstanceValue{field<&I::rebalances>}, "rebalance-total"},
    {{"strandline_lost_partitions_total", counter,
      "Partitions taken away without a chance to commit."},
     InstanceValue{field<&I::partitions_lost>}, ""},
    {{"strandline_queue_wait_seconds", histogram,
      "From a record's admission until it is handed to a worker."},
     &I::queue_wait,
     "pc.slow.records decaton.tasks.scheduling.delay decaton.tasks.scheduled.process.delay"},
    {{"strandline_residence_seconds", histogram,
      "From a record's admission until it is finished."},
     &I::residence, "decaton.tasks.complete.duration"},
    {{"strandline_handler_seconds", histogram,
      "Time in the handler, per record; record and batch handlers only."},
     &I::handler,
     "pc.user.function.processing.time decaton.tasks.process.duration "
     "decaton.processor.processed.time"},
    {{"strandline_delivery_seconds", histogram,
      "From a record's timestamp until it is finished; one record of each batch."},
     &I::delivery, "decaton.tasks.delivery.latency"},
    {{"strandline_commit_seconds", histogram,
      "From a commit's request until the broker's answer."},
     &I::commit, "decaton.subscription.process.durations commit-latency-avg"},
    {{"strandline_rebalance_seconds", histogram,
      "From a rebalance event until it is answered, the drain included."},
     &I::rebalance, "rebalance-latency-avg"},
    {{"strandline_poller_turn_seconds", histogram,
      "One turn of the poll loop without its waiting; the rate of its sum is the poller's load."},
     &I::turn, "decaton.subscription.process.durations poll-idle-ratio-avg"},

    // Of one assigned partition; they begin with its assignment and vanish with it.
    {{"strandline_partition_assignment_epoch", gauge,
      "Counts assignments: it changes when the partition went and came back."},
     PartitionValue{field<&P::epoch>}, "pc.partition.assignment.epoch"},
    {{"strandline_partition_records_lag", gauge,
      "End of log minus commit position: records not yet finished in order."},
     PartitionValue{lag}, "records-lag"},
    {{"strandline_partition_unread_records", gauge,
      "End of log minus the next offset to hand over: what Kafka's own consumer calls its lag."},
     PartitionValue{unread}, "records-lag"},
    {{"strandline_partition_committed_records_lag", gauge,
      "End of log minus the committed offset: the lag that tools outside the consumer see."},
     PartitionValue{lag_of_committed}, ""},
    {{"strandline_partition_high_watermark", gauge,
      "The broker's end of log, as the last fetch told it."},
     PartitionValue{field<&P::high_watermark>}, ""},
    {{"strandline_partition_commit_position", gauge,
      "The next offset to commit: every record before it is finished."},
     PartitionValue{field<&P::commit_position>},
     "pc.partition.highest.sequential.succeeded.offset"},
    {{"strandline_partition_committed_offset", gauge,
      "The position that the broker acknowledged."},
     PartitionValue{field<&P::committed>},
     "pc.partition.latest.committed.offset decaton.offset.last.committed"},
    {{"strandline_partition_highest_completed_offset", gauge,
      "The last record finished, unfinished ones before it or not."},
     PartitionValue{field<&P::highest_completed>}, "pc.partition.highest.completed.offset"},
    {{"strandline_partition_highest_seen_offset", gauge,
      "The last record handed over by the client."},
     PartitionValue{field<&P::highest_seen>},
     "pc.partition.highest.seen.offset decaton.offset.latest.consumed"},
    {{"strandline_partition_oldest_unfinished_offset", gauge,
      "The record that holds the commit position."},
     PartitionValue{field<&P::oldest_unfinished>}, ""},
    {{"strandline_partition_oldest_unfinished_age_seconds", gauge,
      "How long the record that holds the commit position has been in flight."},
     PartitionValue{field<&P::oldest_age>}, ""},
    {{"strandline_partition_in_flight_records", gauge,
      "Records admitted and not finished."},
     PartitionValue{field<&P::in_flight>}, "pc.partition.incomplete.offsets decaton.tasks.pending"},
    {{"strandline_partition_in_flight_bytes", gauge,
      "Keys and values of the records in flight."},
     PartitionValue{field<&P::in_flight_bytes>}, ""},
    {{"strandline_partition_queued_records", gauge,
      "Of the records in flight, those not started."},
     PartitionValue{field<&P::queued>}, "decaton.tasks.queued"},
    {{"strandline_partition_started_records", gauge,
      "Of the records in flight, those begun; see strandline_started_records."},
     PartitionValue{started}, ""},
    {{"strandline_partition_waiting_retry_records", gauge,
      "Of the records in flight, those that failed and wait for their next attempt."},
     PartitionValue{field<&P::waiting_retry>}, ""},
    {{"strandline_partition_parked_records", gauge,
      "Records that failed for good and hold the commit position."},
     PartitionValue{field<&P::parked>}, ""},
    {{"strandline_partition_gated", gauge,
      "1 while back-pressure holds the partition, else 0."},
     PartitionValue{field<&P::gated>}, "decaton.partition.paused"},
    {{"strandline_partition_gated_age_seconds", gauge,
      "How long back-pressure has held the partition."},
     PartitionValue{field<&P::gated_age>}, ""},
    {{"strandline_partition_gated_seconds_total", counter,
      "Time for which back-pressure has held the partition."},
     PartitionValue{field<&P::gated_total>}, "decaton.partition.paused.time"},
    {{"strandline_partition_idle_seconds_total", counter,
      "Time in which nothing of the partition was in flight."},
     PartitionValue{field<&P::idle_total>}, "decaton.partition.queue.starved.time"},
    {{"strandline_partition_processed_records_total", counter,
      "Records that the handler finished."},
     PartitionValue{field<&P::processed>}, "pc.processed.records decaton.tasks.processed"},
    {{"strandline_partition_failed_attempts_total", counter,
      "Attempts that failed."},
     PartitionValue{field<&P::failed>}, "pc.failed.records decaton.tasks.error"},
    {{"strandline_partition_retries_total", counter,
      "Attempts after a record's first."},
     PartitionValue{field<&P::retries>}, "decaton.retry.task.retries"},
    {{"strandline_partition_dead_letters_total", counter,
      "Records that the dead-letter topic took."},
     PartitionValue{field<&P::dead_lettered>}, ""},
    {{"strandline_partition_dropped_records_total", counter,
      "Records given up unhandled."},
     PartitionValue{field<&P::dropped>}, "decaton.tasks.discarded"},
    {{"strandline_partition_filtered_duplicates_total", counter,
      "Records that the client delivered again within this assignment; not handled again."},
     PartitionValue{field<&P::duplicates_filtered>}, ""},
};
// clang-format on

}  // namespace

std::span<const MetricRow> metric_table() noexcept { return kTable; }

}  // namespace strandline::detail

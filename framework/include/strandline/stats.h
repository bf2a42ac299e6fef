#pragma once

#include <strandline/error.h>
#include <strandline/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strandline {

/// Life of a consumer:  created ─► running ─► draining ─► closed
///                                    └───────────────────► failed (a closed one with an error)
enum class State : std::uint8_t { created, running, draining, closed, failed };

[[nodiscard]] std::string_view to_string(State state) noexcept;

/// A histogram of durations in buckets of powers of two microseconds: bucket i counts durations
/// below 2^i µs and not below 2^(i-1) µs; the last one takes all the rest.
struct DurationHistogram {
  static constexpr std::size_t kBuckets = 36;
  std::array<std::uint64_t, kBuckets> counts{};
  std::uint64_t sum_us = 0;
  std::uint64_t total = 0;

  void record(std::chrono::nanoseconds duration, std::uint64_t times = 1) noexcept;
  void add(const DurationHistogram& other) noexcept;
  /// The upper bound of the bucket that holds the quantile (0 … 1), interpolated; 0 when empty.
  [[nodiscard]] std::uint64_t quantile_us(double quantile) const noexcept;
  /// Exclusive, in µs, of every bucket but the last, which has none.
  [[nodiscard]] static constexpr std::uint64_t bound_us(std::size_t bucket) noexcept {
    return std::uint64_t{1} << bucket;
  }
};

struct PartitionStats {
  TopicPartition partition;
  Epoch epoch{};
  Offset commit_position;    ///< next offset to commit
  Offset committed;          ///< acknowledged by the broker
  Offset highest_seen;       ///< last offset handed over
  Offset highest_completed;  ///< last offset finished, unfinished ones below it or not
  Offset high_watermark;     ///< the broker's end of log; invalid while unknown
  /// high watermark − commit position, which is the committed offset (or the log's beginning, with
  /// `OffsetReset::earliest`) before anything was read; -1 while one of them is unknown
  std::int64_t lag = -1;
  std::size_t in_flight = 0;  ///< records admitted and not finished
  std::size_t in_flight_bytes = 0;
  std::size_t queued = 0;  ///< of these, not started
  std::size_t waiting_retry = 0;
  std::size_t parked = 0;
  bool gated = false;  ///< back-pressure holds it
  std::chrono::milliseconds gated_age{0};
  std::chrono::milliseconds gated_total{0};  ///< in this epoch, the present stretch included
  std::chrono::milliseconds idle_total{0};   ///< nothing was in flight, in this epoch
  /// The record that holds the commit position, and for how long it has been in flight.
  Offset oldest_unfinished;
  std::chrono::milliseconds oldest_age{0};
  std::uint64_t processed = 0;  ///< finished by the handler
  std::uint64_t failed = 0;     ///< failed attempts
  std::uint64_t retries = 0;    ///< attempts after the first
  std::uint64_t dead_lettered = 0;
  std::uint64_t dropped = 0;
  std::uint64_t duplicates_filtered =
      0;  ///< delivered again by the client within the epoch, dropped
};

/// A snapshot of one poller (`instances` = 1: of the consumer). Taken a few times a second.
struct InstanceStats {
  std::vector<PartitionStats> partitions;
  std::uint64_t polled = 0;  ///< records received
  std::uint64_t polled_bytes = 0;
  std::uint64_t processed = 0;
  std::uint64_t failed = 0;
  std::uint64_t retries = 0;
  std::uint64_t dead_lettered = 0;
  std::uint64_t dropped = 0;
  /// Dead letters that were not taken: one for each record and refusal of the broker's. What the
  /// client itself refuses (too large, say) counts once for a record and is logged each time.
  std::uint64_t dead_letter_failures = 0;
  std::uint64_t stuck_reported = 0;  ///< records the watchdog has named
  std::uint64_t late_completions_fenced = 0;
  std::uint64_t completions_abandoned = 0;
  std::uint64_t duplicates_filtered = 0;
  std::uint64_t commits_ok = 0;
  std::uint64_t commits_failed = 0;
  /// Assignments received, empty ones included: one for each rebalance of the group that this
  /// member took part in. What is taken away before it is part of the same rebalance.
  std::uint64_t rebalances = 0;
  std::uint64_t partitions_lost = 0;
  std::size_t in_flight = 0;
  std::size_t in_flight_bytes = 0;
  std::size_t runs_out = 0;      ///< hand-offs that workers hold
  std::size_t strands_busy = 0;  ///< strands that hold records, queued or out
  bool gated = false;            ///< the whole consumer's back-pressure holds
  std::chrono::milliseconds gated_age{0};
  std::chrono::milliseconds last_commit_age{0};
  /// Since the poller last turned, as of `stats()` and not of the snapshot: it grows when the
  /// poller hangs.
  std::chrono::milliseconds last_turn_age{0};
  DurationHistogram queue_wait;  ///< admitted → handed to a worker
  DurationHistogram residence;   ///< admitted → finished
  /// Time in the handler, per record; record and batch handlers only. What an asynchronous one
  /// takes is residence less queue wait.
  DurationHistogram handler;
  DurationHistogram delivery;   ///< the record's timestamp → finished; one record per batch
  DurationHistogram commit;     ///< request → the broker's answer
  DurationHistogram rebalance;  ///< event → answered
  DurationHistogram turn;       ///< one turn of the poll loop, its waiting not counted
};

struct Stats {
  std::string client_id;
  std::string group_id;
  State state = State::created;
  unsigned workers = 0;
  std::size_t in_flight_records_max = 0;  ///< back-pressure's limits, as configured
  std::size_t in_flight_bytes_max = 0;
  std::vector<InstanceStats> instances;
  std::uint64_t completions_answered_twice = 0;  ///< process-wide

  /// All instances added up; partitions of all of them.
  [[nodiscard]] InstanceStats total() const;
};

/// A record that was in flight when the consumer gave up waiting.
struct LeftRecord {
  TopicPartition partition;
  Offset offset;
  std::chrono::milliseconds age{0};
};

/// What `Consumer::run` answers: what was done, what was left, and why it ended.
struct RunSummary {
  Stats stats;  ///< the last snapshot, after the final commit
  std::vector<PartitionStats>
      partitions;  ///< all it ever had, as each was when given up last; once per instance
  std::vector<LeftRecord>
      left;  ///< handlers still running at the drain deadline (at most 100 named)
  std::size_t left_in_flight = 0;  ///< begun and not finished; they come again
  std::size_t left_queued = 0;     ///< admitted and not begun; they come again
  std::optional<Error> error;      ///< why it ended, unless it was asked to

  [[nodiscard]] bool ok() const noexcept { return !error.has_value(); }
};

}  // namespace strandline

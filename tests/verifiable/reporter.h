#pragma once

#include "event_writer.h"
#include "partition_book.h"

#include <strandline/config.h>
#include <strandline/context.h>
#include <strandline/rebalance.h>
#include <strandline/record.h>
#include <strandline/stats.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace verifiable {

struct ReporterOptions {
  bool in_order = true;       ///< records of a partition finish in the order of their offsets
  bool show_records = false;  ///< one `record_data` per record
  bool show_commits = true;
  std::int64_t records_max = -1;  ///< handle no more than these; -1 for no limit
  /// How long the final commit of a revoked partition may take.
  std::chrono::milliseconds commit_timeout{10'000};
};

/// Tells the test what the consumer does, in an order that proves it: a record's event before it
/// counts as finished, summaries before the commits they allow, commits before the partition is
/// said to be gone. Thread safety: all members from any thread; one lock, under which the events
/// are written, makes the order of the lines the order of what happened.
class Reporter final : public strandline::RebalanceListener {
 public:
  using Clock = std::chrono::steady_clock;

  Reporter(EventWriter& out, ReporterOptions options) : out_(out), options_(options) {}

  /// False when it must not count any more: the partition was taken away meanwhile, or the limit of
  /// records is reached.
  [[nodiscard]] bool handled(const strandline::Record& record, const strandline::Context& context);
  [[nodiscard]] bool limit_reached() const;

  void on_assigned(std::span<const strandline::TopicPartition> partitions) override;
  void on_revoked(std::span<const strandline::TopicPartition> partitions) override;
  void on_lost(std::span<const strandline::TopicPartition> partitions) override;
  void on_commit(std::span<const strandline::CommitAnswer> answers);

  /// To be called a few times a second with what the consumer says it has: a summary each second,
  /// and what waits in vain is waited for no longer.
  void tick(std::span<const strandline::PartitionStats> assigned);
  /// The consumer has ended.
  void finish();

 private:
  using Partitions = std::vector<strandline::TopicPartition>;
  /// Partitions that are revoked but not yet said to be: their final commit comes first. The
  /// listener is not told when it has come, nor whether one will: without one they go from the
  /// statistics.
  struct Revocation {
    Partitions partitions;
    Clock::time_point known;  ///< from here on the statistics are later than the assignment
    Clock::time_point deadline;
  };

  void summarize();
  void add_summary(const strandline::TopicPartition& partition, const Range& range);
  void flush_summary();
  void end_assignment(const Partitions& partitions);
  void end_revocation();
  [[nodiscard]] PartitionBook::Expectation final_commit(const Partitions& partitions) const;
  [[nodiscard]] bool is_old_news(const strandline::CommitAnswer& answer) const;
  void settle_revocation();
  [[nodiscard]] bool given_up(std::span<const strandline::PartitionStats> assigned) const;

  EventWriter& out_;
  const ReporterOptions options_;
  mutable std::mutex mutex_{};
  // All below under mutex_.
  std::map<strandline::TopicPartition, PartitionBook> books_{};              ///< what is assigned
  std::map<strandline::TopicPartition, strandline::Offset> told_commits_{};  ///< the last of each
  std::optional<Revocation> revocation_{};
  std::vector<std::pair<strandline::TopicPartition, Range>> summary_{};  ///< not yet written
  std::int64_t handled_ = 0;
  std::int64_t since_summary_ = 0;
  Clock::time_point last_summary_ = Clock::now();
};

}  // namespace verifiable

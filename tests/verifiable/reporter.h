#pragma once

#include "event_writer.h"
#include "partition_book.h"

#include <strandline/config.h>
#include <strandline/context.h>
#include <strandline/rebalance.h>
#include <strandline/record.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <vector>

namespace verifiable {

struct ReporterOptions {
  bool in_order = true;       ///< records of a partition finish in the order of their offsets
  bool show_records = false;  ///< one `record_data` per record
  bool show_commits = true;
  std::int64_t records_max = -1;  ///< handle no more than these; -1 for no limit
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
  void on_released(std::span<const strandline::ReleasedPartition> partitions) override;
  void on_lost(std::span<const strandline::TopicPartition> partitions) override;
  void on_commit(std::span<const strandline::CommitAnswer> answers);

  /// To be called a few times a second: a summary each second.
  void tick();
  /// The consumer has ended.
  void finish();

 private:
  using Partitions = std::vector<strandline::TopicPartition>;
  void summarize();
  void add_summary(const strandline::TopicPartition& partition, const Range& range);
  void flush_summary();
  void end_assignment(const Partitions& partitions);
  [[nodiscard]] bool is_old_news(const strandline::CommitAnswer& answer) const;

  EventWriter& out_;
  const ReporterOptions options_;
  mutable std::mutex mutex_{};
  // All below under mutex_.
  std::map<strandline::TopicPartition, PartitionBook> books_{};              ///< what is assigned
  std::map<strandline::TopicPartition, strandline::Offset> told_commits_{};  ///< the last of each
  std::set<strandline::TopicPartition> revoked_{};  ///< of these, those whose final commit is due
  std::vector<std::pair<strandline::TopicPartition, Range>> summary_{};  ///< not yet written
  std::int64_t handled_ = 0;
  std::int64_t since_summary_ = 0;
  Clock::time_point last_summary_ = Clock::now();
};

}  // namespace verifiable

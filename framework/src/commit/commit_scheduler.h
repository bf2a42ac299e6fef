#pragma once

#include <strandline/config.h>

#include "base/clock.h"

#include <cstdint>
#include <optional>

namespace strandline::detail {

/// When to commit, as against what (the ledgers of the partitions). One for a consumer.
/// Owner: the poller thread. Time comes in as an argument.
///
///   periodic   something has finished, and `interval` has passed since the last request, or
///              `every_records` records have finished
///   per_batch  something has finished
///   manual     when forced
///   none       never, not even when forced
///
/// One request is out at a time, so that answers cannot overtake each other. After a failure the
/// next request waits, longer each time: a coordinator in trouble is not helped by more of them.
class CommitScheduler {
 public:
  /// The pause after the first failure in a row; it doubles with each up to the second.
  static constexpr std::chrono::milliseconds kRetryFirst{100};
  static constexpr std::chrono::milliseconds kRetryLongest{5000};

  CommitScheduler(const CommitConfig& config, TimePoint now) noexcept
      : config_(config), last_request_(now), retry_pause_(kRetryFirst) {}

  /// Records that have finished since the last call.
  void finished(std::uint64_t records) noexcept { finished_ += records; }
  /// Due at once, or as soon as the request that is out has been answered; a pause after a failure
  /// is cut short once. For positions that the last request had to leave out, since another one of
  /// their partition was on its way.
  void force() noexcept { forced_ = config_.mode != CommitMode::none; }

  /// A request should be sent now.
  [[nodiscard]] bool due(TimePoint now) const noexcept;
  /// When to look again: the request will be due, or the one that is out overdue. Nothing: not
  /// before something finishes or is forced.
  [[nodiscard]] std::optional<TimePoint> next_due() const noexcept;
  /// The request that is out has gone unanswered for `CommitConfig::timeout`. The caller takes it
  /// as failed (`answered(false)`), or a lost answer would end all commits.
  [[nodiscard]] bool overdue(TimePoint now) const noexcept;
  [[nodiscard]] bool requesting() const noexcept { return requesting_; }

  /// A request has been sent.
  void requested(TimePoint now) noexcept;
  /// It was due, but no ledger is dirty: what has finished does not move a position yet.
  void nothing_to_send(TimePoint now) noexcept;
  /// The request has been answered for all its partitions, or could not be sent. False when any of
  /// them should be tried again.
  void answered(bool ok, TimePoint now) noexcept;

 private:
  CommitConfig config_;
  TimePoint last_request_;      ///< or when there was last nothing to send
  TimePoint retry_at_{};        ///< of meaning while `retrying_`
  Duration retry_pause_;        ///< the next one
  std::uint64_t finished_ = 0;  ///< records, since the last request
  bool requesting_ = false;
  bool retrying_ = false;  ///< the last request failed
  bool forced_ = false;
};

}  // namespace strandline::detail

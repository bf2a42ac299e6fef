#pragma once

#include <strandline/config.h>
#include <strandline/rebalance.h>
#include <strandline/stats.h>

#include "base/clock.h"
#include "consumer/assignment.h"
#include "consumer/committer.h"
#include "dispatch/dispatcher.h"
#include "kafka/broker_client.h"

#include <optional>
#include <vector>

namespace strandline::detail {

/// Assign, revoke and lost, each answered exactly once, while the loop keeps turning.
///
///   on_revoke ─► draining ─► committing ─► answered
///                   │             │
///                   └─ lost ──────┴──────► answered, without a commit
///
/// The order on a revoke is what keeps the promise: nothing new starts, what runs finishes (up to
/// the deadline), the listener is told, the position is committed while the partition is still
/// ours (again and again while the broker refuses it for the moment), and only then the epoch ends,
/// the listener hears what was committed, and the partition is given up. Poller thread only.
class Rebalancer {
 public:
  Rebalancer(const ConsumerConfig& config, BrokerClient& client, Assignment& assignment,
             Dispatcher& dispatcher, Committer& committer, const Clock& clock,
             InstanceStats& counters, unsigned instance);

  void on_assign(std::vector<TopicPartition> partitions);
  void on_revoke(std::vector<TopicPartition> partitions, bool lost);
  /// Takes a revoke that is under way as far as it goes.
  void tick();
  /// The consumer is on its way out and has drained already: no revoke waits for handlers again.
  void no_more_draining() noexcept {
    drains_ = false;
    if (revocation_ && revocation_->phase == Phase::draining) revocation_->deadline = clock_.now();
  }
  /// All that is assigned will be given back: the listener hears `on_revoked` now, and not again
  /// when the revokes come.
  void tell_of_the_end();
  [[nodiscard]] bool under_way() const noexcept { return revocation_.has_value(); }
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  [[nodiscard]] bool ever_assigned() const noexcept { return ever_assigned_; }
  /// How each partition was when it was given up last.
  [[nodiscard]] const std::vector<PartitionStats>& given_up() const noexcept { return given_up_; }

 private:
  enum class Phase { draining, committing };
  struct Revocation {
    std::vector<TopicPartition> partitions;
    Phase phase = Phase::draining;
    TimePoint started;
    TimePoint deadline;
    bool committed = false;                  ///< or refused for good
    std::vector<Offset> positions{};         ///< of the partitions, at the last attempt
    std::vector<CommittedOffset> answers{};  ///< to it
    std::optional<TimePoint> retry_at{};
    Duration retry_delay{};
  };

  void begin_commit(Revocation& revocation);
  void tell_revoked(std::vector<TopicPartition> partitions);
  void commit(Revocation& revocation);
  void lose(const std::vector<TopicPartition>& partitions);
  void give_up(const std::vector<TopicPartition>& partitions,
               const std::vector<ReleasedPartition>& released);
  [[nodiscard]] std::vector<ReleasedPartition> released(const Revocation& ended);
  [[nodiscard]] std::vector<Offset> positions(const std::vector<TopicPartition>& partitions);
  [[nodiscard]] bool quiet(const std::vector<TopicPartition>& partitions);
  template <class T>
  void tell(void (RebalanceListener::*event)(std::span<const T>),
            const std::vector<T>& partitions) noexcept;

  const ConsumerConfig& config_;
  BrokerClient& client_;
  Assignment& assignment_;
  Dispatcher& dispatcher_;
  Committer& committer_;
  const Clock& clock_;
  InstanceStats& counters_;
  const unsigned instance_;  ///< of those of this process
  std::uint64_t next_epoch_ = 1;
  std::uint64_t revocation_number_ = 0;  // tells a commit's answer to an earlier revoke apart
  bool ever_assigned_ = false;
  bool drains_ = true;
  std::optional<Revocation> revocation_{};
  std::vector<TopicPartition> told_{};  ///< have heard `on_revoked` and are not given up yet
  std::vector<PartitionStats> given_up_{};
};

}  // namespace strandline::detail

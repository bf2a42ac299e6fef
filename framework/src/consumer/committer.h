#pragma once

#include <strandline/config.h>
#include <strandline/stats.h>

#include "base/clock.h"
#include "commit/commit_scheduler.h"
#include "consumer/assignment.h"
#include "kafka/broker_client.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace strandline::detail {

/// Brings commit positions to the broker, and believes only its answers. Poller thread only.
///
/// Of one partition one request is out at a time, whoever asks for it. librdkafka repeats by itself
/// a request that the coordinator refused for the moment (rd_kafka_handle_OffsetCommit), and one
/// that was sent meanwhile, of a higher offset, would be undone by it.
class Committer {
 public:
  Committer(const CommitConfig& config, BrokerClient& client, Assignment& assignment,
            const Clock& clock, InstanceStats& counters);

  /// Commits what the mode says is due.
  void tick();
  /// Whoever waits for an answer waits no longer than the configuration says; a late one is still
  /// believed.
  void time_out();
  /// Who had to wait for the answer to another request, or whose partition is gone, gets on.
  void ask_again();
  void note_finished(std::uint64_t records) { scheduler_.finished(records); }
  [[nodiscard]] std::optional<TimePoint> next_due() const { return scheduler_.next_due(); }

  /// What a request came to, partition by partition.
  using Done = std::function<void(const std::vector<CommittedOffset>&)>;

  /// The final commit of partitions that are given up: `done` runs when the broker has answered, at
  /// once and with no answers when there is nothing to commit or to commit with. The caller has the
  /// deadline.
  void commit_finally(const std::vector<TopicPartition>& partitions, const Done& done);
  /// A handler asks; the answer is the committed offset.
  void commit_for_handler(Partition& partition, const std::function<void(Result<Offset>)>& answer);

  void on_answer(CommitId id, const std::vector<CommittedOffset>& offsets);
  /// Nobody will answer any more: whoever waits is told so.
  void abandon();
  /// The same where the books cannot be trusted any more: nothing but the answers.
  void abandon_waiters() noexcept;

  [[nodiscard]] TimePoint last_success() const noexcept { return last_success_; }

 private:
  struct Request {
    std::vector<PartitionOffset> offsets;
    TimePoint sent;
    Epoch newest{};  ///< of all assignments at that time: those of later ones do not hear of it
    Done done;
    bool scheduled = false;
    bool late = false;  ///< nobody waits for its answer any more
  };
  /// A handler that asks while a request of its partition is out.
  struct Asking {
    TopicPartition partition;
    Epoch epoch;
    TimePoint since;
    std::function<void(Result<Offset>)> answer;
  };
  /// A final commit for which a request of one of its partitions is in the way.
  struct Final {
    std::vector<TopicPartition> partitions;
    Done done;
  };

  /// Positions that the broker has not acknowledged, of partitions for which `wanted` holds.
  template <class Wanted>
  std::vector<PartitionOffset> dirty(Wanted wanted);
  [[nodiscard]] CommitLedger* ledger_of(const TopicPartition& partition, const Request& request);
  void tell_listener(const std::vector<CommittedOffset>& offsets) noexcept;
  /// The answer in the stead of one that did not come.
  [[nodiscard]] static std::vector<CommittedOffset> unanswered(const Request& request,
                                                               const Error& why);
  /// For a handler that has waited since then.
  void ask(Partition& partition, TimePoint since,
           const std::function<void(Result<Offset>)>& answer);
  [[nodiscard]] bool requesting(const std::vector<TopicPartition>& partitions);
  bool send(std::vector<PartitionOffset> offsets, bool scheduled, Done done);

  const CommitConfig& config_;
  BrokerClient& client_;
  Assignment& assignment_;
  const Clock& clock_;
  InstanceStats& counters_;
  CommitScheduler scheduler_;
  std::unordered_map<CommitId, Request> requests_{};
  bool skipped_ = false;  ///< a scheduled commit left out what had a request out already
  std::vector<Asking> asking_{};
  std::vector<Final> finals_{};
  TimePoint last_success_;
};

}  // namespace strandline::detail

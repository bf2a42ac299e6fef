#pragma once

#include <strandline/config.h>
#include <strandline/stats.h>

#include "base/clock.h"
#include "commit/commit_ledger.h"
#include "commit/commit_tracker.h"
#include "partition/admitted_batch.h"
#include "partition/batch_pool.h"
#include "partition/gate.h"
#include "partition/strand.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <unordered_map>
#include <utility>
#include <vector>

namespace strandline::detail {

struct AsyncScope;

/// What waits for what when a record does not finish at once.
enum class Isolation : std::uint8_t {
  strand,  ///< the whole strand: partition order, batches, a handler instance per strand
  token,   ///< only records with the same token: key order; without order every record has its own
};

struct PartitionSettings {
  InFlightLimits limits{};
  Isolation isolation = Isolation::strand;
  std::size_t strands = 1;  ///< lanes
  unsigned out_max = 1;     ///< runs of one lane out at a time
};

/// All state of one assigned partition during one epoch: what is admitted, what is finished, what
/// waits. Poller thread only, but for `lag` and `stop`, which handlers read through their Context.
///
/// It outlives its epoch until the last worker has let go of its records: `fence` makes everything
/// that finishes after that count for nothing.
class Partition {
 public:
  Partition(TopicPartition id, Epoch epoch, const PartitionSettings& settings, StrandOwner& owner,
            BatchPool& pool);
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;
  ~Partition();

  /// Registers a freshly fetched batch: its records are in flight from here on.
  void admit(AdmittedBatch& batch, TimePoint now);
  /// Marks positions of a batch finished, all of them of one lane; returns how many were not
  /// before. Fenced: 0.
  std::size_t finish(AdmittedBatch& batch, std::uint32_t begin, std::uint32_t end);
  /// A run or call lets go of a batch; gives it back when that was the last reference.
  void let_go(AdmittedBatch& batch);
  /// The beginning of the end: nothing is admitted any more, and of what is queued only what lies
  /// before the highest record that has been begun or finished may still start. So a commit then
  /// covers all that has been handled, and the next owner does none of it again. The rest is set
  /// aside: it stays in flight, and counts as queued.
  void drain(Offset highest_begun) noexcept;
  /// The end of the epoch: nothing queued starts any more, nothing that finishes counts any more.
  void fence() noexcept;

  [[nodiscard]] Strand& lane(std::size_t number) { return *lanes_[number]; }
  [[nodiscard]] std::size_t lane_count() const noexcept { return lanes_.size(); }
  /// The strand of a token that something is waiting for; null when nothing is.
  [[nodiscard]] Strand* find_token(std::uint64_t token) noexcept;
  struct OpenToken {
    Strand& strand;
    bool newly;  ///< false: something waits for the token already
  };
  /// `home`: the lane that all records with this token come by.
  OpenToken open_token(std::uint64_t token, Strand& home);
  void close_token(Strand& strand);
  template <class Visit>
  void for_each_strand(Visit visit) const {
    for (const auto& lane : lanes_) visit(*lane);
    for (const auto& [token, strand] : tokens_) visit(*strand);
  }
  /// Something queued can start now, or could but for a limit on what is out.
  [[nodiscard]] bool any_ready() const;

  [[nodiscard]] const TopicPartition& id() const noexcept { return *id_; }
  /// For what may be looked at after the partition is gone.
  [[nodiscard]] const std::shared_ptr<const TopicPartition>& shared_id() const noexcept {
    return id_;
  }
  [[nodiscard]] Epoch epoch() const noexcept { return epoch_; }
  [[nodiscard]] Isolation isolation() const noexcept { return isolation_; }
  [[nodiscard]] bool fenced() const noexcept { return fenced_; }
  /// Nobody holds any of its records: it can be destroyed.
  [[nodiscard]] bool unreferenced() const noexcept { return batches_.empty(); }
  [[nodiscard]] std::size_t in_flight() const noexcept { return tracker_.in_flight(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t queued() const noexcept;
  [[nodiscard]] std::size_t busy_strands() const noexcept;
  [[nodiscard]] const CommitTracker& tracker() const noexcept { return tracker_; }
  [[nodiscard]] CommitLedger& ledger() noexcept { return ledger_; }
  /// What the next record's offset must not be below.
  [[nodiscard]] Offset expected() const noexcept {
    return tracker_.highest_seen().is_valid() ? tracker_.highest_seen().next() : Offset{};
  }
  /// Which attempt of the record the next one is.
  [[nodiscard]] unsigned next_attempt(const AdmittedBatch& batch, std::uint32_t position) const {
    if (failed_attempts.empty()) return 1;
    const auto failed = failed_attempts.find(batch.sequence_at(position));
    return failed == failed_attempts.end() ? 1 : failed->second + 1;
  }
  /// Without order, where a factory makes handlers: one that nobody uses, else a new one. As many
  /// go round as are in use at once; whoever took it puts it back into `idle_handlers`.
  template <class Make>
  AnyHandler take_handler(Make make) {
    if (idle_handlers.empty()) return make();
    AnyHandler handler = std::move(idle_handlers.back());
    idle_handlers.pop_back();
    return handler;
  }
  /// These have finished: no attempt of theirs counts any more.
  void forget_attempts(const AdmittedBatch& batch, std::uint32_t begin, std::uint32_t end);
  /// Called a few times a second: adds to the time in which nothing was in flight.
  void observe(TimePoint now) noexcept {
    if (in_flight() == 0 && last_observed_ != TimePoint{}) idle_total_ += now - last_observed_;
    last_observed_ = now;
  }
  [[nodiscard]] Duration oldest_age(TimePoint now) const;
  [[nodiscard]] PartitionStats snapshot(TimePoint now) const;

  Gate gate;
  PartitionStats counters{};  ///< only its counters are kept up; the rest is filled on snapshot
  std::unordered_map<Sequence, unsigned>
      failed_attempts{};                    ///< of records that have failed and not finished
  std::size_t out = 0;                      ///< runs and asynchronous calls out
  std::size_t unacknowledged = 0;           ///< dead letters on their way
  std::vector<AnyHandler> idle_handlers{};  ///< without order: those that no run or call uses
  std::stop_source stop{};
  std::shared_ptr<const AsyncScope> async_scope{};  ///< of the async desk; made with its first call
  std::atomic<std::int64_t> lag{-1};  ///< written here a few times a second, read by handlers
  bool draining = false;              ///< nothing is admitted any more, and no retry begins

 private:
  std::shared_ptr<const TopicPartition> id_;
  Epoch epoch_;
  Isolation isolation_;
  StrandOwner& owner_;
  BatchPool& pool_;
  CommitTracker tracker_{};
  CommitLedger ledger_{};
  std::vector<std::unique_ptr<Strand>> lanes_;
  using Tokens = std::unordered_map<std::uint64_t, std::unique_ptr<Strand>>;
  Tokens tokens_;
  std::vector<Tokens::node_type> spare_;  ///< token strands to use again, with their map nodes
  std::vector<AdmittedBatch*> batches_;   ///< live, in no order; admission order is the tracker's
  std::size_t bytes_ = 0;
  std::size_t set_aside_ = 0;  ///< records taken out of the strands when the drain began
  Duration idle_total_{};
  TimePoint last_observed_{};
  bool fenced_ = false;
};

}  // namespace strandline::detail

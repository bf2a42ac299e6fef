#pragma once

#include <strandline/stats.h>

#include "base/clock.h"
#include "dispatch/answer.h"
#include "dispatch/async_desk.h"
#include "dispatch/events.h"
#include "dispatch/failure_desk.h"
#include "dispatch/router.h"
#include "dispatch/run.h"
#include "dispatch/settings.h"
#include "partition/batch_pool.h"
#include "partition/partition.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace strandline::detail {

/// What a dispatcher works with; all of it outlives the dispatcher.
struct DispatchTools {
  JobSink& jobs;
  std::shared_ptr<AnswerPort> port;
  TimerWheel& timers;
  const Clock& clock;
  BatchPool& pool;
  DispatchEvents& events;
};

/// The heart: from admitted batches to runs at the workers, and from what comes back to the books.
///
///   admit ─► router ─► strand ─► dispatch ─► run ──► worker ──► answer port
///                        ▲                                           │
///                        └── not begun, retry due ◄── on_run_back ◄──┘──► Partition::finish
///
/// Poller thread only, without locks: a strand's records are either in its queue or in a run that
/// is out, and only this class moves them between the two.
class Dispatcher final : private StrandOwner, private RunOwner, private StrandBooks {
 public:
  Dispatcher(DispatchSettings settings, HandlerSource source, const ConsumerConfig& config,
             DispatchTools tools, std::uint64_t seed);
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  [[nodiscard]] std::unique_ptr<Partition> make_partition(TopicPartition id, Epoch epoch) {
    StrandOwner& owner = *this;
    return std::make_unique<Partition>(std::move(id), epoch, settings_.partition, owner,
                                       tools_.pool);
  }
  /// Takes a fetched batch into the partition's lanes.
  void admit(Partition& partition, AdmittedBatch& batch);
  /// Hands out whatever may start, of `in_flight` records in all. Returns how many jobs went out.
  std::size_t dispatch(std::size_t in_flight);
  /// Looks at the runs that are out: what one that takes long has not begun comes back, so that a
  /// slow or stuck record holds up its own order and no other.
  void take_back_slow();

  /// Begins the drain: of the partition only what lies before the highest record begun or finished
  /// goes on and still starts (`Partition::drain`). Retries that wait do not: a back-off may be
  /// longer than any drain, so their order is held until the epoch ends, and they come again to the
  /// next owner together with what has finished behind them.
  void quiesce(Partition& partition);
  /// The drain's deadline: nothing starts any more, what runs is asked to stop, and sleeping
  /// coroutines wake up to see it. What it has finished until now is booked, for the commit that
  /// comes before it is left to itself.
  void cancel(Partition& partition);
  /// The end of the epoch.
  void fence(Partition& partition);
  /// Nothing of it runs, no dead letter of it is on its way, and nothing will start by itself: what
  /// is still in flight is parked, waits behind a record that is, or was left to the next owner.
  [[nodiscard]] bool quiet(const Partition& partition) const {
    if (partition.out > 0 || partition.unacknowledged > 0) return false;
    if (partition.stop.stop_requested()) return true;
    const bool retries = !partition.draining && partition.counters.waiting_retry > 0;
    return !retries && !partition.any_ready();
  }

  void on_dead_letter_delivered(std::uint64_t token, const Result<void>& result) {
    failures_.on_delivered(token, result);
  }

  [[nodiscard]] const DispatchSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] std::size_t runs_out() const noexcept { return out_.size() + calls_.outstanding(); }
  /// Only the fields that dispatching counts.
  InstanceStats counters{};

 private:
  // StrandBooks: what the desks ask.
  void requeue(Strand& strand) override;
  void finished(Partition& partition, Item item, Finish how) override;

  void on_retry_due(Strand& strand) override { failures_.on_retry_due(strand); }
  void on_run_back(Run& run) override;
  void on_commit_request(Run& run, std::uint32_t end,
                         std::function<void(Result<Offset>)> answer) override;

  void visit(std::vector<Strand*>& ready);
  [[nodiscard]] bool full() const noexcept;
  [[nodiscard]] bool sets_pace(const Strand& strand) const noexcept;
  void start_from(Strand& strand);
  bool fill(Strand& strand, Run& run);
  void hold_back_tokens(Strand& strand, std::vector<Stretch>& parts);
  [[nodiscard]] std::size_t run_length(const Strand& strand, bool urgent) const;
  bool choose_handler(Strand& strand, Run& run);
  void send(Strand& strand, Run& run);

  void settle(Run& run, std::uint32_t end, std::span<const RunFailure> failures);
  void give_back_unbegun(Run& run, std::uint32_t begin, std::uint32_t end);
  Offset take_back(Partition& partition);
  void apply_failures(Run& run);
  void settle_done(Run& run);
  void isolate_stuck(Run& run);
  [[nodiscard]] static Item item_at(const Run& run, std::uint32_t index);
  void measure(const Run& run);
  void measure_delivery(const AdmittedBatch& batch);
  Run& take_run();
  void put_run(Run& run);

  const DispatchSettings settings_;
  const HandlerSource source_;
  const DispatchTools tools_;
  Router router_;
  RunEnvironment environment_;
  FailureDesk failures_;
  AsyncDesk calls_;

  std::vector<Strand*> pacemakers_{};  ///< as `ready_`, of those that set the pace: go first
  std::vector<Strand*> ready_{};       ///< strands that may have something to hand out
  std::vector<Strand*> scratch_{};
  std::vector<Job*> jobs_{};
  std::vector<Run*> out_{};  ///< runs at workers, in no order
  std::vector<std::unique_ptr<Run>> runs_{};
  std::vector<Run*> free_runs_{};
  std::optional<AnyHandler> shared_handler_{};
  std::size_t in_flight_ = 0;  ///< of all partitions, as of this turn and with what it has admitted
  double cost_ns_ = 20'000;    ///< per record, smoothed; a guess until the first run is back
};

}  // namespace strandline::detail

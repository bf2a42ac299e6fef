#pragma once

#include <strandline/config.h>
#include <strandline/consumer.h>
#include <strandline/stats.h>

#include "base/clock.h"
#include "base/doorbell.h"
#include "consumer/assignment.h"
#include "consumer/committer.h"
#include "consumer/intake.h"
#include "consumer/rebalancer.h"
#include "consumer/stats_board.h"
#include "dispatch/answer.h"
#include "dispatch/dispatcher.h"
#include "executor/timer_wheel.h"
#include "kafka/broker_client.h"
#include "kafka/producer_client.h"
#include "partition/batch_pool.h"

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

namespace strandline::detail {

/// What an instance is built from. The clients are ports: tests give it fake ones, and a clock of
/// theirs.
struct InstanceParts {
  const ConsumerConfig& config;
  HandlerSource source;
  unsigned workers = 1;
  std::unique_ptr<BrokerClient> client;
  std::unique_ptr<ProducerClient> producer;  ///< null when the policy knows no dead letters
  JobSink& jobs;
  Doorbell& doorbell;
  const Clock& clock;
  std::uint64_t seed = 1;
  unsigned number = 0;  ///< of those of this process
};

/// One consumer of the group: its poller's state, and the loop that moves it. All of it belongs to
/// the poller thread, but for `request_stop` and the stats board.
///
///   starting ─► running ─► draining ─► committing ─► closing ─► closed
///                  │           (deadline)   (deadline)   (deadline)
///                  └── a stop requested, a failure that stops, a fatal error
class Instance final : private BrokerEvents, private DispatchEvents, private DeliveryEvents {
 public:
  explicit Instance(InstanceParts parts);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance() override;

  /// Connects; an error means that there is nothing to run.
  Result<void> start();
  /// One turn of the loop. Never waits; true when anything happened.
  bool turn();
  /// Until when the loop may sleep if nobody rings.
  [[nodiscard]] TimePoint wake_at() const;
  [[nodiscard]] bool closed() const noexcept { return phase_ == Phase::closed; }

  /// Any thread.
  void request_stop(StopMode mode) noexcept;
  [[nodiscard]] const StatsBoard& stats() const noexcept { return board_; }

  /// After it is closed: what was left, and why it ended.
  void report(RunSummary& summary) const;
  /// After it is closed and the workers are gone: late answers are served, and records that users
  /// or stuck handlers still hold are counted. Only with none left may this object be destroyed.
  [[nodiscard]] bool settled();
  /// After it is closed, when it is not settled: whoever still waits for an answer, or asks later,
  /// is told that the consumer has stopped. Nobody turns this object any more, so waiting would be
  /// for ever.
  void abandon() noexcept {
    port_->close();
    committer_.abandon_waiters();
  }
  /// Poller, after it threw: the partitions go to others now, and not when max.poll.interval.ms
  /// tells the group that nobody polls. May block for a few seconds.
  void leave_group() noexcept;

 private:
  enum class Phase { starting, running, draining, committing, closing, closed };

  // What the client says.
  void on_assign(std::vector<TopicPartition> partitions) override;
  void on_revoke(std::vector<TopicPartition> partitions, bool lost) override;
  void on_commit_answer(CommitId id, std::vector<CommittedOffset> offsets) override;
  void on_error(ClientError error) override;
  void on_delivery(std::uint64_t token, Result<void> result) override;
  // What the dispatcher says.
  void on_stop_required(Error error) override;
  void on_commit_requested(Partition& partition,
                           std::function<void(Result<Offset>)> answer) override;
  Result<void> send_dead_letter(const DeadLetter& letter, std::uint64_t token) override;

  // Ending.
  void advance_phase();
  void begin_drain();
  [[nodiscard]] bool drained() const;
  void drain_over();
  void begin_commit();
  void begin_close();
  void finish_close();
  void fail(Error error);
  [[nodiscard]] bool ever_served();
  void check_no_offset(TimePoint now);

  void observe(TimePoint now);
  void look_after_stuck(TimePoint now);
  void publish(TimePoint now);

  const ConsumerConfig& config_;
  Doorbell& doorbell_;
  const Clock& clock_;
  std::unique_ptr<ProducerClient> producer_;
  // Above everything that holds messages or queues of it: librdkafka waits for these when it goes.
  std::unique_ptr<BrokerClient> client_;
  std::shared_ptr<AnswerPort> port_;
  TimerWheel timers_;
  BatchPool pool_;
  Dispatcher dispatcher_;
  Assignment assignment_{};
  Committer committer_;
  Rebalancer rebalance_;
  Intake intake_;
  StatsBoard board_{};

  Phase phase_ = Phase::starting;
  TimePoint phase_deadline_{};
  std::optional<Error> error_{};
  std::vector<TopicPartition> without_offset_{};  ///< offset_reset none: named together
  TimePoint without_offset_since_{};
  std::vector<PartitionStats> left_stats_{};
  std::vector<LeftRecord> left_{};
  std::size_t left_in_flight_ = 0;
  std::size_t left_queued_ = 0;
  bool final_commit_answered_ = false;
  std::uint64_t finished_seen_ = 0;  ///< what the committer has been told of
  TimePoint last_turn_;
  TimePoint next_look_;     ///< at slow runs
  TimePoint next_observe_;  ///< watermarks, watchdog, snapshot

  // Written by any thread, read by the poller each turn; a stop seen a turn late is still a stop.
  std::atomic<int> stop_{0};  // 0 none, 1 drain, 2 now
};

}  // namespace strandline::detail

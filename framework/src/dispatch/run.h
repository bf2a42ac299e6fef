#pragma once

#include <strandline/context.h>
#include <strandline/detail/handler_source.h>

#include "base/clock.h"
#include "base/message_source.h"
#include "dispatch/answer.h"
#include "executor/job.h"
#include "partition/partition.h"
#include "partition/strand.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace strandline::detail {

class Run;

/// A record of a run whose attempt failed. `index` counts within the run.
struct RunFailure {
  std::uint32_t index = 0;
  Outcome outcome = Outcome::retry;
  Failure failure{};
};

/// The poller's side of a run; the dispatcher is it.
class RunOwner {
 public:
  virtual ~RunOwner() = default;
  virtual void on_run_back(Run& run) = 0;
  /// A handler declared everything before `end` of the run finished and wants the position
  /// committed.
  virtual void on_commit_request(Run& run, std::uint32_t end,
                                 std::function<void(Result<Offset>)> answer) = 0;
};

/// What all runs of a consumer share. Outlives every run that is out.
struct RunEnvironment {
  MessageSource& messages;
  const Clock& clock;
  std::shared_ptr<AnswerPort> port;
  RunOwner& owner;
};

/// The hand-off to a worker: a stretch of records of one strand, run in order by one worker, and
/// back.
///
/// A worker claims the next records by moving `cursor_` forward; the poller takes back what has not
/// been begun by moving it to the end (`take_back`). Whoever moves it owns what he passed over:
/// that one atomic decides every race between a worker that goes on and a partition that is taken
/// away, and it is why no worker looks at a clock or a lock per record. Only within a claim of
/// several it looks at the partition's stop: these cannot be taken back.
///
/// Recycled. Ownership by time: the poller until `submit`, the worker until it pushes the run back,
/// then the poller again; while it is out the poller touches only `cursor_`, `done_` and the fields
/// marked (poller).
class Run final : public Job, public Answer, private ContextBackend {
 public:
  explicit Run(const RunEnvironment& environment) : environment_(environment) {}

  // (poller) Filled before the run goes out.
  Strand* strand = nullptr;
  Partition* partition = nullptr;
  std::vector<Stretch> parts{};
  AnyHandler handler{};
  unsigned first_attempt = 1;  ///< of its first record; the others are at their first
  std::uint32_t claim = 1;     ///< records a worker claims at once
  std::uint32_t limit = 0;     ///< records before it are the worker's; lowered by `take_back`
  std::uint32_t settled = 0;   ///< records before it are finished in the books already
  TimePoint seen_begun{};      ///< when the poller first saw it begun
  bool empty_handed = false;   ///< all of it was taken back: it is out no longer, as to the books
  std::uint64_t turn = 0;  ///< rises when it comes back: what was asked in an earlier one is void
  std::size_t slot = 0;    ///< its place in the dispatcher's list of runs that are out

  /// Poller: the parts are in place; gathers what the worker needs.
  void prepare();
  /// Poller, while it is out: nothing from the returned index on will be begun.
  std::uint32_t take_back() noexcept;
  /// Records that the worker has claimed; nullopt once it has ended the run by itself, because a
  /// record failed: then only the run that comes back tells which were begun.
  [[nodiscard]] std::optional<std::uint32_t> begun_so_far() const noexcept {
    const std::uint32_t claimed = cursor_.load(std::memory_order_acquire);
    return claimed >= kStopped ? std::nullopt : std::optional(std::min(claimed, size_));
  }
  /// Poller, while it is out: records before it are done. A claim may cover records not yet
  /// reached, so this is what tells how far a handler has come that takes long or hangs.
  [[nodiscard]] std::uint32_t done_so_far() const noexcept {
    return done_.load(std::memory_order_acquire);
  }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  // (worker, then poller) What came of it: [0, begun) were begun, and all of these but the failures
  // are done.
  std::uint32_t begun = 0;
  std::vector<RunFailure> failures{};
  Duration elapsed{};

  void run() noexcept override;
  void on_poller() noexcept override { environment_.owner.on_run_back(*this); }
  // The dispatcher owns its runs; with the consumer gone they are already freed or leaked on
  // purpose.
  void discard() noexcept override {}

 private:
  void run_records(Handler& handler) noexcept;
  bool handle_record(Handler& handler, const RecordFields& fields, std::uint32_t index) noexcept;
  void run_batches(BatchHandler& handler) noexcept;
  void handle_batch(BatchHandler& handler, std::uint32_t first, std::uint32_t last) noexcept;
  void apply(const BatchOutcome& outcome, std::uint32_t first, std::uint32_t last);
  void failed(std::uint32_t index, Outcome outcome, Failure failure);
  void order_failures();
  void stop_at(std::uint32_t end) noexcept;

  // ContextBackend: what a handler asks while it runs.
  [[nodiscard]] std::stop_token stop_token() const override { return partition->stop.get_token(); }
  [[nodiscard]] const TopicPartition& topic_partition() const noexcept override {
    return partition->id();
  }
  [[nodiscard]] std::int64_t lag() const noexcept override {
    return partition->lag.load(std::memory_order_relaxed);
  }
  void commit(std::function<void(Result<Offset>)> answer) override;
  void resume_after(std::chrono::nanoseconds delay, std::coroutine_handle<> waiter,
                    SleepRoom& room) override;

  // Beyond any size: told apart from "all claimed", when the last record claimed is the one at
  // work.
  static constexpr std::uint32_t kStopped = std::uint32_t{1} << 31;

  const RunEnvironment& environment_;
  void* const* messages_ = nullptr;
  std::uint32_t size_ = 0;
  std::vector<void*> gathered_{};
  std::uint32_t current_end_ = 0;  // one past what the handler is looking at (worker)
  // On a line of its own: the poller reads it while the worker moves it.
  alignas(64) std::atomic<std::uint32_t> cursor_{0};
  // Written by the worker after each record, read by the poller only in runs that take long.
  std::atomic<std::uint32_t> done_{0};
};

}  // namespace strandline::detail

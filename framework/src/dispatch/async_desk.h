#pragma once

#include "dispatch/async_call.h"
#include "dispatch/events.h"
#include "dispatch/failure_desk.h"
#include "dispatch/router.h"
#include "dispatch/settings.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace strandline::detail {

struct DispatchTools;

/// The books of asynchronous calls: which records are with a handler and not answered, which tokens
/// they hold, which coroutines sleep. Poller thread only.
class AsyncDesk final : public AsyncOwner {
 public:
  AsyncDesk(const DispatchSettings& settings, const HandlerSource& source, Router& router,
            FailureDesk& failures, StrandBooks& books, const DispatchTools& tools,
            InstanceStats& counters);
  AsyncDesk(const AsyncDesk&) = delete;
  AsyncDesk& operator=(const AsyncDesk&) = delete;
  /// Coroutines that still sleep are left behind.
  ~AsyncDesk() override;

  /// Starts what may start of the strand; false when the limit of outstanding calls was reached
  /// first.
  bool start_from(Strand& strand, std::vector<Job*>& jobs);
  /// Before the first `start_from` of a turn. Moves the coroutines that are to be resumed behind
  /// `jobs`: all that woke in a turn go to the workers with one hand-over.
  void begin_turn(std::vector<Job*>& jobs);
  /// Takes back the partition's calls that no worker has begun; returns the highest offset of the
  /// others, invalid when there are none.
  Offset take_back(Partition& partition);
  /// Wakes sleeping coroutines of all partitions that are asked to stop.
  void wake_sleepers();
  /// As many as may be out are; only so when handlers are asynchronous.
  [[nodiscard]] bool full() const noexcept { return calls_.size() >= settings_.async_max; }
  [[nodiscard]] std::size_t outstanding() const noexcept { return calls_.size(); }

 private:
  void on_answer(AsyncCallState& call) override;
  void on_sleep(Sleep& sleep) override;
  void on_sleep_due(Sleep& sleep) override { wake(sleep); }
  void on_commit_request(AsyncCallState& call, std::function<void(Result<Offset>)> answer) override;

  void start_lane(Strand& lane, AsyncStart& start);
  void start_item(Partition& partition, Strand* strand, Item item, AsyncStart& start);
  [[nodiscard]] const std::shared_ptr<const AsyncScope>& scope_of(Partition& partition);
  /// Those that go round: without order, made by a factory. A call keeps its own until it is
  /// answered.
  [[nodiscard]] bool handlers_go_round() const noexcept {
    return source_.per_strand && settings_.order == Ordering::none;
  }
  [[nodiscard]] std::shared_ptr<AsyncHandler> handler_for(Partition& partition, Item item);
  void forget(AsyncCallState& call);
  void wake(Sleep& sleep);

  const DispatchSettings& settings_;
  const HandlerSource& source_;
  Router& router_;
  FailureDesk& failures_;
  StrandBooks& books_;
  const DispatchTools& tools_;
  InstanceStats& counters_;
  // Shared by the calls of all partitions, and by what is left of them when the consumer is gone.
  const std::shared_ptr<AsyncPools> pools_ = std::make_shared<AsyncPools>();
  std::vector<CallShare<AsyncCallState>> calls_{};
  std::vector<AnyHandler> handlers_{};  ///< of the calls, where they go round; else empty
  std::vector<Sleep*> sleeps_{};
  std::vector<Sleep*> woken_{};
  std::shared_ptr<AsyncHandler> shared_handler_{};
  std::vector<Stretch> scratch_{};
  TimePoint turn_{};  ///< when the present one began
};

}  // namespace strandline::detail

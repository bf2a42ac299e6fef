#pragma once

#include <strandline/config.h>
#include <strandline/consumer.h>
#include <strandline/stats.h>

#include "base/clock.h"
#include "base/doorbell.h"
#include "consumer/instance.h"
#include "executor/job.h"
#include "executor/worker_pool.h"
#include "kafka/connect.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace strandline::detail {

/// Everything that is wrong with a configuration, ours and librdkafka's word, without a connection.
[[nodiscard]] std::vector<ConfigFault> all_faults(const ConsumerConfig& config);

/// What a group takes from outside: ports, so that tests give it a fake broker, and threads that
/// the system refuses.
struct GroupPorts {
  std::function<Result<std::unique_ptr<BrokerClient>>(const ConsumerConfig&, unsigned instance,
                                                      Doorbell&)>
      connect = detail::connect;
  /// Throws std::system_error when there is none to be had.
  std::function<std::jthread(const std::function<void()>&)> start_thread =
      [](const std::function<void()>& body) { return std::jthread(body); };
  /// What sleeping coroutines and handlers that watch their stop token need to come to an end.
  Duration worker_patience = std::chrono::milliseconds(250);
};

/// The consumers of one `Consumer`: `instances` pollers, each a thread and a member of the group,
/// sharing one worker pool. Thread safety: `request_stop`, `state`, `stats` from any thread; `run`
/// once, from one.
class GroupOfInstances {
 public:
  explicit GroupOfInstances(ConsumerConfig config, GroupPorts ports = {})
      : config_(std::move(config)), ports_(std::move(ports)) {}

  RunSummary run(const HandlerSource& source, const std::stop_token& stop);
  void request_stop(StopMode mode) noexcept;
  [[nodiscard]] State state() const noexcept { return state_.load(std::memory_order_acquire); }
  [[nodiscard]] Stats stats() const;
  [[nodiscard]] const ConsumerConfig& config() const noexcept { return config_; }

 private:
  /// A poller: what it runs, what wakes it, and the error that ended it, if it was not a stop.
  struct Poller {
    Doorbell doorbell;
    JobGate gate;                   ///< closed when the poller has thrown
    std::unique_ptr<JobSink> jobs;  ///< before the instance, which hands out through it
    std::unique_ptr<Instance> instance;
    std::optional<Error> error;
  };

  [[nodiscard]] Result<std::unique_ptr<Poller>> make_poller(unsigned number,
                                                            const HandlerSource& source,
                                                            WorkerPool& pool, unsigned workers);
  Result<void> make_pollers(const HandlerSource& source, WorkerPool& pool, unsigned workers);
  void poll_until_closed(Poller& poller) noexcept;
  void serve_until_all_have_ended(Poller& poller) noexcept;
  RunSummary finish(WorkerPool& pool, std::optional<Error> error);
  void serve_late(const std::vector<std::shared_ptr<Poller>>& pollers);
  void let_go(std::vector<std::shared_ptr<Poller>> pollers, std::size_t stuck);

  const ConsumerConfig config_;
  const GroupPorts ports_;
  // No member of ours: a handler left behind reads it at its end, when this consumer may be gone.
  const Clock& clock_ = system_clock();
  std::atomic<State> state_{State::created};
  std::atomic<std::size_t> turning_{0};  ///< pollers that have not ended yet
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Poller>> pollers_;  // guarded by mutex_
  std::optional<StopMode>
      stop_wanted_;       // guarded by mutex_: asked for before the pollers were there
  Stats last_{};          // guarded by mutex_: once they are gone
  unsigned workers_ = 0;  // guarded by mutex_
};

}  // namespace strandline::detail

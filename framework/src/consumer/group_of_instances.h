#pragma once

#include <strandline/config.h>
#include <strandline/consumer.h>
#include <strandline/stats.h>

#include "base/clock.h"
#include "base/doorbell.h"
#include "consumer/instance.h"
#include "executor/worker_pool.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

namespace strandline::detail {

/// Everything that is wrong with a configuration, ours and librdkafka's word, without a connection.
[[nodiscard]] std::vector<ConfigFault> all_faults(const ConsumerConfig& config);

/// The consumers of one `Consumer`: `instances` pollers, each a thread and a member of the group,
/// sharing one worker pool. Thread safety: `request_stop`, `state`, `stats` from any thread; `run`
/// once, from one.
class GroupOfInstances {
 public:
  explicit GroupOfInstances(ConsumerConfig config) : config_(std::move(config)) {}

  RunSummary run(const HandlerSource& source, const std::stop_token& stop);
  void request_stop(StopMode mode) noexcept;
  [[nodiscard]] State state() const noexcept { return state_.load(std::memory_order_acquire); }
  [[nodiscard]] Stats stats() const;
  [[nodiscard]] const ConsumerConfig& config() const noexcept { return config_; }

 private:
  /// A poller: what it runs, what wakes it, and the error that ended it, if it was not a stop.
  struct Poller {
    Doorbell doorbell;
    std::unique_ptr<Instance> instance;
    std::optional<Error> error;
  };

  [[nodiscard]] Result<std::unique_ptr<Poller>> make_poller(unsigned number,
                                                            const HandlerSource& source,
                                                            JobSink& jobs, unsigned workers);
  Result<void> make_pollers(const HandlerSource& source, JobSink& jobs, unsigned workers);
  void poll_until_closed(Poller& poller) noexcept;
  RunSummary finish(WorkerPool& pool, std::optional<Error> error);
  void serve_late(const std::vector<std::shared_ptr<Poller>>& pollers);
  void let_go(std::vector<std::shared_ptr<Poller>> pollers, std::size_t stuck);

  const ConsumerConfig config_;
  // No member of ours: a handler left behind reads it at its end, when this consumer may be gone.
  const Clock& clock_ = system_clock();
  std::atomic<State> state_{State::created};
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Poller>> pollers_;  // guarded by mutex_
  std::optional<StopMode>
      stop_wanted_;       // guarded by mutex_: asked for before the pollers were there
  Stats last_{};          // guarded by mutex_: once they are gone
  unsigned workers_ = 0;  // guarded by mutex_
};

}  // namespace strandline::detail

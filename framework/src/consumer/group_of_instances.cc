#include "consumer/group_of_instances.h"

#include "base/failure.h"
#include "base/log.h"
#include "base/thread_name.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace strandline::detail {

namespace {

/// The pool, as one poller sees it. Once it is shut down, nothing is handed out any more: the only
/// jobs that can still come are coroutines that go to sleep again although they were asked to stop,
/// and their records count as left behind.
class PoolSink final : public JobSink {
 public:
  PoolSink(WorkerPool& pool, const JobGate& gate) : pool_(pool), gate_(gate) {}
  void submit(Job* const* jobs, std::size_t count) override {
    if (count == 0 || pool_.size() == 0) return;
    for (std::size_t i = 0; i < count; ++i) jobs[i]->gate = &gate_;
    pool_.submit_bulk(jobs, count);
  }

 private:
  WorkerPool& pool_;
  const JobGate& gate_;
};

}  // namespace

std::vector<ConfigFault> all_faults(const ConsumerConfig& config) {
  std::vector<ConfigFault> faults = config.validate();
  std::ranges::move(client_faults(config), std::back_inserter(faults));
  return faults;
}

RunSummary GroupOfInstances::run(const HandlerSource& source, const std::stop_token& stop) {
  State expected = State::created;
  if (!state_.compare_exchange_strong(expected, State::running)) {
    RunSummary summary;
    summary.stats = stats();
    summary.error = Error{ErrorCode::invalid_state,
                          "run() was called before; a consumer runs once: make another one"};
    return summary;
  }
  const unsigned threads =
      config_.workers != 0 ? config_.workers : std::max(1U, std::thread::hardware_concurrency());
  try {
    WorkerPool pool(threads, "strand");
    std::optional<Error> no_thread;
    if (auto made = make_pollers(source, pool, threads); !made) return finish(pool, made.error());
    {
      const std::stop_callback on_stop(stop, [this] { request_stop(StopMode::drain); });
      std::vector<std::jthread> pollers;
      turning_ = pollers_.size();
      try {
        for (const auto& poller : pollers_) {
          pollers.push_back(ports_.start_thread([this, &poller] { poll_until_closed(*poller); }));
        }
      } catch (const std::system_error& refused) {
        // Those that run are joined below, so they have to end.
        turning_ -= pollers_.size() - pollers.size();
        request_stop(StopMode::now);
        no_thread =
            Error{ErrorCode::internal,
                  std::string("the system refused a thread for a poller: ") + refused.what()};
      }
    }
    return finish(pool, std::move(no_thread));
  } catch (const Exception& exception) {
    // The pool could not be made: nothing has begun.
    state_.store(State::failed);
    RunSummary summary;
    summary.error = exception.error();
    summary.stats = stats();
    return summary;
  }
}

Result<void> GroupOfInstances::make_pollers(const HandlerSource& source, WorkerPool& pool,
                                            unsigned workers) {
  std::vector<std::shared_ptr<Poller>> made;
  for (unsigned number = 0; number < config_.instances; ++number) {
    auto poller = make_poller(number, source, pool, workers);
    if (!poller) return Unexpected(poller.error());
    made.push_back(std::move(*poller));
  }
  const std::scoped_lock lock(mutex_);
  pollers_ = std::move(made);
  workers_ = workers;
  if (stop_wanted_) {
    for (const auto& poller : pollers_) poller->instance->request_stop(*stop_wanted_);
  }
  return {};
}

auto GroupOfInstances::make_poller(unsigned number, const HandlerSource& source, WorkerPool& pool,
                                   unsigned workers) -> Result<std::unique_ptr<Poller>> {
  auto poller = std::make_unique<Poller>();
  auto client = ports_.connect(config_, number, poller->doorbell);
  if (!client) return Unexpected(client.error());
  std::unique_ptr<ProducerClient> producer;
  if (!config_.failure.dead_letter_topic.empty()) {
    auto connected = connect_producer(config_, poller->doorbell);
    if (!connected) return Unexpected(connected.error());
    producer = std::move(*connected);
  }
  poller->jobs = std::make_unique<PoolSink>(pool, poller->gate);
  poller->instance = std::make_unique<Instance>(
      InstanceParts{config_, source, workers, std::move(*client), std::move(producer),
                    *poller->jobs, poller->doorbell, clock_, std::random_device{}(), number});
  return poller;
}

void GroupOfInstances::poll_until_closed(Poller& poller) noexcept {
  set_thread_name("strand-poller");
  Instance& instance = *poller.instance;
  try {
    if (instance.start()) {
      while (!instance.closed()) {
        if (!instance.turn()) poller.doorbell.wait_until(instance.wake_at());
      }
    }
  } catch (...) {
    // The books may be half-way through a change: nothing is committed from them any more, no
    // record of theirs is begun, and handlers that wait for an answer are told that none comes.
    poller.gate.close();
    instance.abandon();
    poller.error =
        Error{ErrorCode::internal, "the poller ended: " + failure_of(std::current_exception()).why};
    log(LogLevel::error, "{}", poller.error->message);
  }
  --turning_;
  // One that ends takes the others with it: a consumer is whole or it is not.
  request_stop(StopMode::drain);
  if (poller.error) {
    instance.leave_group();
  } else {
    serve_until_all_have_ended(poller);
  }
}

/// A handler of an instance that has ended may still ask for a commit, and holds its worker until
/// it hears that there will be none: a worker that the others need to drain.
void GroupOfInstances::serve_until_all_have_ended(Poller& poller) noexcept {
  try {
    // Each that ends rings all the doorbells, since it asks all to stop; the time is for safety.
    while (turning_ > 0) {
      (void)poller.instance->settled();
      poller.doorbell.wait_until(clock_.now() + std::chrono::milliseconds(10));
    }
  } catch (...) {
    log(LogLevel::error, "no memory to serve handlers that are late: {}",
        failure_of(std::current_exception()).why);
  }
}

RunSummary GroupOfInstances::finish(WorkerPool& pool, std::optional<Error> error) {
  RunSummary summary;
  summary.error = std::move(error);
  std::vector<std::shared_ptr<Poller>> pollers;
  {
    const std::scoped_lock lock(mutex_);
    pollers = pollers_;
  }
  serve_late(pollers);
  // What is left in the queue was taken back when its partition ended, and only finds its way home;
  // but not the jobs of a poller that threw.
  const std::size_t stuck =
      pool.shut_down(ports_.worker_patience, [](Job& job) { job.unstarted(); });
  for (const auto& poller : pollers) {
    poller->instance->report(summary);
    if (poller->error && !summary.error) summary.error = poller->error;
  }
  summary.stats = stats();
  summary.stats.state = summary.error ? State::failed : State::closed;
  state_.store(summary.stats.state, std::memory_order_release);
  {
    const std::scoped_lock lock(mutex_);
    last_ = summary.stats;
    pollers_.clear();
  }
  let_go(std::move(pollers), stuck);
  return summary;
}

/// The pollers have ended; handlers that were still at work then may wait for an answer of theirs
/// (to a commit), or be about to end because they were asked to.
void GroupOfInstances::serve_late(const std::vector<std::shared_ptr<Poller>>& pollers) {
  const TimePoint deadline = clock_.now() + ports_.worker_patience;
  for (const auto& poller : pollers) {
    while (!poller->error && !poller->instance->settled() && clock_.now() < deadline) {
      poller->doorbell.wait_until(std::min(deadline, clock_.now() + std::chrono::milliseconds(10)));
    }
  }
}

/// Destroys the pollers, but for those whose records somebody still holds: a handler that hangs, a
/// completion that was never answered. These are left behind on purpose, since freeing what is in
/// use would be worse.
void GroupOfInstances::let_go(std::vector<std::shared_ptr<Poller>> pollers, std::size_t stuck) {
  for (auto& poller : pollers) {
    if (stuck == 0 && !poller->error && poller->instance->settled()) {
      poller.reset();
      continue;
    }
    log(LogLevel::warning,
        "stopping: records of this consumer are still in use by a handler or an unanswered "
        "completion; "
        "its client and their memory stay until the process ends");
    poller->instance->abandon();
    static auto* const left_behind = new std::vector<std::shared_ptr<Poller>>;
    static std::mutex left_behind_mutex;
    const std::scoped_lock lock(left_behind_mutex);
    left_behind->push_back(std::move(poller));
  }
}

void GroupOfInstances::request_stop(StopMode mode) noexcept {
  const std::scoped_lock lock(mutex_);
  if (!stop_wanted_ || mode == StopMode::now) stop_wanted_ = mode;
  State running = State::running;
  state_.compare_exchange_strong(running, State::draining);
  for (const auto& poller : pollers_) poller->instance->request_stop(mode);
}

Stats GroupOfInstances::stats() const {
  const std::scoped_lock lock(mutex_);
  Stats stats = last_;
  stats.client_id = config_.client_id;
  stats.group_id = config_.group_id;
  stats.in_flight_records_max = config_.in_flight.records_max;
  stats.in_flight_bytes_max = config_.in_flight.bytes_max;
  stats.completions_answered_twice = completions_answered_twice();
  if (pollers_.empty() && !stats.instances.empty()) return stats;
  stats.state = state();
  stats.workers = workers_;
  for (const auto& poller : pollers_) {
    stats.instances.push_back(poller->instance->stats().read(clock_.now()));
  }
  return stats;
}

}  // namespace strandline::detail

#pragma once

#include <strandline/config.h>
#include <strandline/detail/handler_source.h>

#include "base/doorbell.h"
#include "dispatch/dispatcher.h"
#include "support/fake_messages.h"
#include "support/manual_clock.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace strandline::test {

/// A dispatcher with nothing concurrent about it: jobs wait in `jobs` until the test runs them,
/// time stands still until the test moves it, and what the dispatcher wants from the consumer is
/// noted down.
class DispatchRig final : private detail::DispatchEvents, private detail::JobSink {
 public:
  explicit DispatchRig(ConsumerConfig config, detail::HandlerSource source, unsigned workers = 2)
      : config_(std::move(config)),
        pool_(messages),
        port_(std::make_shared<detail::AnswerPort>(doorbell_)),
        timers_(clock.now()),
        dispatcher_(detail::dispatch_settings(config_, source, workers), source, config_,
                    detail::DispatchTools{*this, port_, timers_, clock, pool_, *this}, 7) {}

  template <class F>
  DispatchRig(ConsumerConfig config, F handler)
      : DispatchRig(std::move(config), detail::source_of(std::move(handler))) {}

  ~DispatchRig() override { port_->close(); }

  detail::Partition& assign(std::int32_t number = 0) {
    partitions_.push_back(
        dispatcher_.make_partition({"orders", PartitionId{number}}, Epoch{partitions_.size() + 1}));
    return *partitions_.back();
  }

  /// Admits one batch of records with these keys, from the given offset on.
  void admit(detail::Partition& partition, std::int64_t first_offset,
             const std::vector<std::optional<std::string>>& keys) {
    detail::AdmittedBatch& batch = pool_.take();
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::int64_t offset = first_offset + static_cast<std::int64_t>(i);
      batch.records.messages.push_back(messages.make({.offset = offset,
                                                      .key = keys[i],
                                                      .value = std::to_string(offset),
                                                      .timestamp_ms = timestamp_ms}));
      batch.records.offsets.push_back(offset);
      batch.records.bytes += 10;
    }
    dispatcher_.admit(partition, batch);
  }
  void admit(detail::Partition& partition, std::int64_t first_offset, std::size_t count) {
    admit(partition, first_offset, std::vector<std::optional<std::string>>(count));
  }

  /// What the poller does in a turn, without fetching.
  void turn() {
    port_->serve(SIZE_MAX);
    timers_.advance(clock.now());
    std::size_t in_flight = 0;
    for (const auto& partition : partitions_) in_flight += partition->in_flight();
    dispatcher_.dispatch(in_flight);
  }
  /// Runs the job at `index` of those waiting.
  void run_job(std::size_t index = 0) {
    detail::Job* job = jobs[index];
    jobs.erase(jobs.begin() + static_cast<std::ptrdiff_t>(index));
    job->run();
  }
  /// Turns and runs until nothing is left to do at this point in time.
  void run_all() {
    for (turn(); !jobs.empty(); turn()) run_job();
    turn();
  }
  void pass(detail::Duration time) {
    clock.advance(time);
    run_all();
  }

  /// The broker's word on the oldest dead letter.
  void acknowledge(Result<void> result = {}) {
    const std::uint64_t token = letters.front().first;
    acknowledged.push_back(std::move(letters.front().second));
    letters.pop_front();
    dispatcher_.on_dead_letter_delivered(token, result);
  }

  [[nodiscard]] detail::Dispatcher& dispatcher() noexcept { return dispatcher_; }
  [[nodiscard]] std::int64_t position(detail::Partition& partition) const {
    return partition.ledger().position().value();
  }

  // Coroutines that outlive their consumer still read the clock, as they do the process's.
  ManualClock& clock = kept_clock();
  FakeMessages messages;
  std::int64_t timestamp_ms = -1;  ///< of the records that are admitted; -1: they have none
  std::vector<detail::Job*> jobs;
  std::optional<Error> stopped;  ///< the first one
  std::size_t stops_required = 0;
  std::deque<std::pair<std::uint64_t, detail::DeadLetter>> letters;
  std::vector<detail::DeadLetter> acknowledged;
  std::optional<Error> client_refuses;  ///< dead letters, before they reach the broker
  std::size_t letters_refused = 0;      ///< by it
  std::vector<std::function<void(Result<Offset>)>> commit_requests;

 private:
  static ManualClock& kept_clock() {
    static std::vector<std::unique_ptr<ManualClock>> clocks;
    return *clocks.emplace_back(std::make_unique<ManualClock>());
  }

  void submit(detail::Job* const* submitted, std::size_t count) override {
    jobs.insert(jobs.end(), submitted, submitted + count);
  }
  void on_stop_required(Error error) override {
    if (!stopped) stopped = std::move(error);
    ++stops_required;
  }
  void on_commit_requested(detail::Partition&,
                           std::function<void(Result<Offset>)> answer) override {
    commit_requests.push_back(std::move(answer));
  }
  Result<void> send_dead_letter(const detail::DeadLetter& letter, std::uint64_t token) override {
    if (client_refuses) {
      ++letters_refused;
      return Unexpected(*client_refuses);
    }
    letters.emplace_back(token, letter);
    return {};
  }

  ConsumerConfig config_;
  detail::Doorbell doorbell_;
  detail::BatchPool pool_;
  std::shared_ptr<detail::AnswerPort> port_;
  detail::TimerWheel timers_;
  detail::Dispatcher dispatcher_;
  std::vector<std::unique_ptr<detail::Partition>> partitions_;
};

/// A configuration that is sound apart from what the test sets.
inline ConsumerConfig rig_config(Ordering order = Ordering::partition) {
  ConsumerConfig config{
      .bootstrap_servers = "localhost:9092", .group_id = "test", .topics = {"orders"}};
  config.order = order;
  return config;
}

/// What fails goes to the dead-letter topic at once.
inline ConsumerConfig dead_letter_config(Ordering order = Ordering::partition) {
  ConsumerConfig config = rig_config(order);
  config.failure.attempts_max = 1;
  config.failure.exhausted = Exhausted::dead_letter;
  config.failure.dead_letter_topic = "dead";
  return config;
}

}  // namespace strandline::test

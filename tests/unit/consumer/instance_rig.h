#pragma once

#include <strandline/config.h>

#include "base/doorbell.h"
#include "consumer/fake_broker.h"
#include "consumer/instance.h"
#include "support/manual_clock.h"

#include <gmock/gmock.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace strandline::test {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A whole consumer but for its threads: the test turns the loop, runs the jobs and moves the time.
class InstanceRig final : private detail::JobSink {
 public:
  template <class F>
  InstanceRig(ConsumerConfig config, F handler) : config_(std::move(config)) {
    instance_ = std::make_unique<detail::Instance>(detail::InstanceParts{
        config_, detail::source_of(std::move(handler)), 2, std::make_unique<FakeClient>(broker),
        nullptr, *this, doorbell_, clock, 1});
    (void)instance_->start();
  }
  ~InstanceRig() override { instance_.reset(); }

  void turn() { instance_->turn(); }
  /// Turns and runs jobs until neither has anything to do at this point in time.
  void settle() {
    for (int quiet = 0; quiet < 3;) {
      quiet = instance_->turn() || !jobs.empty() || !broker.events.empty() ? 0 : quiet + 1;
      run_jobs();
    }
  }
  void run_jobs() {
    while (!jobs.empty()) {
      detail::Job* job = jobs.front();
      jobs.pop_front();
      job->run();
    }
  }
  void pass(detail::Duration time) {
    clock.advance(time);
    settle();
  }
  [[nodiscard]] InstanceStats stats() const { return instance_->stats().read(clock.now()); }
  [[nodiscard]] RunSummary summary() const {
    RunSummary summary;
    instance_->report(summary);
    return summary;
  }
  [[nodiscard]] detail::Instance& instance() noexcept { return *instance_; }
  /// The log from the last entry on that begins with `from`.
  [[nodiscard]] std::vector<std::string> log_since(const std::string& from) const {
    for (std::size_t i = broker.log.size(); i > 0; --i) {
      if (broker.log[i - 1].starts_with(from)) {
        return {broker.log.begin() + static_cast<std::ptrdiff_t>(i - 1), broker.log.end()};
      }
    }
    return {};
  }

  FakeBroker broker;
  ManualClock clock;
  std::deque<detail::Job*> jobs;

 private:
  void submit(detail::Job* const* submitted, std::size_t count) override {
    jobs.insert(jobs.end(), submitted, submitted + count);
  }

  ConsumerConfig config_;
  detail::Doorbell doorbell_;
  std::unique_ptr<detail::Instance> instance_;
};

inline void ignore(const Record&) {}

inline TopicPartition orders(std::int32_t number) { return {"orders", PartitionId{number}}; }

inline ConsumerConfig instance_config() {
  ConsumerConfig config{
      .bootstrap_servers = "localhost:9092", .group_id = "test", .topics = {"orders"}};
  return config;
}

}  // namespace strandline::test

#pragma once

#include <strandline/config.h>
#include <strandline/record.h>
#include <strandline/stats.h>
#include <strandline/testing/mock_cluster.h>
#include <strandline/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "common/ledger.h"

namespace CLI {  // NOLINT(readability-identifier-naming): their name
class App;
}

/// What the samples share and no application needs: a cluster to run on, records to handle, and a
/// verdict on whether the sample did what it says. None of it is part of strandline.
namespace samples {

/// What `--mock` produces when a sample does not say: "customer-7" → {"order":42}.
[[nodiscard]] strandline::testing::ProducedRecord order(int number);

struct DemoSetup {
  std::string topic = "orders";
  int partitions = 4;
  /// 0: none is handled in this process, so nobody waits for that.
  int records = 100;
  /// The number-th record that `--mock` produces, counted from 0.
  std::function<strandline::testing::ProducedRecord(int number)> record = order;
  /// False: the sample calls `produce` itself, once its consumers stand where it wants them.
  bool produce_at_start = true;
  /// Adds the sample's own options to the command line.
  std::function<void(CLI::App&)> options{};
};

/// The frame of one sample. With `--mock` it starts a cluster in this process, fills the topic,
/// tells when everything has been handled, and judges at the end; with `--bootstrap-servers` it
/// only passes the command line on. Thread safety: `handled`, `expect`, `wait_until` and
/// `until_done` from any thread, the rest from one.
class Demo {
 public:
  /// Reads the command line; ends the process on `--help` and on a wrong one.
  Demo(int argc, char** argv, const std::string& about, DemoSetup setup = {});
  Demo(const Demo&) = delete;
  Demo& operator=(const Demo&) = delete;
  ~Demo();

  [[nodiscard]] bool mock() const noexcept { return cluster_ != nullptr; }
  [[nodiscard]] const std::string& bootstrap_servers() const noexcept { return servers_; }
  [[nodiscard]] const std::string& group() const noexcept { return group_; }
  [[nodiscard]] const std::string& topic() const noexcept { return setup_.topic; }
  /// The same with the times that `--session-timeout-ms` asks for, if it does. Short with `--mock`:
  /// librdkafka's mock cluster lets a rebalance take nearly the session timeout, whether or not all
  /// members have come.
  [[nodiscard]] strandline::GroupConfig membership(strandline::GroupConfig group = {}) const;
  /// Only with `--mock`.
  [[nodiscard]] strandline::testing::MockCluster& cluster() noexcept { return *cluster_; }

  /// Produces the next `count` of the records. Nothing without `--mock`.
  void produce(int count);
  /// Of this partition only what comes from `first` on is expected.
  void expect_from(int partition, strandline::Offset first);

  /// Says that a record has been handled. Call it where an application would store its result.
  void handled(const strandline::Record& record);
  void handled(const strandline::TopicPartition& partition, strandline::Offset offset);
  [[nodiscard]] std::size_t handled_count() const { return ledger_.distinct(); }
  /// False when a record was handled after a later one with its key.
  [[nodiscard]] bool keys_in_order() const { return ledger_.keys_in_order(); }

  /// Stops a consumer once all records have been handled, or at the deadline. Never without
  /// `--mock`.
  [[nodiscard]] std::stop_token until_done() const noexcept { return done_.get_token(); }
  /// Waits for a condition of which nobody tells us, like one of `Consumer::stats`. False, and a
  /// failed sample, at the deadline; at once, and true, without `--mock`.
  bool wait_until(const std::function<bool()>& condition, const std::string& what);
  /// Waits until the group has committed all there is. For groups of several members: the mock
  /// cluster refuses commits while a group rebalances, so that the second to leave could not make
  /// its last one.
  void wait_until_committed();

  /// One more thing that must hold for the sample to have shown what it promises.
  void expect(bool holds, const std::string& what);

  /// The program's exit code: 0 when every consumer ended well and, with `--mock`, every record was
  /// handled exactly once and every partition is committed to its end. Call it after `run`.
  [[nodiscard]] int finish(std::initializer_list<const strandline::RunSummary*> summaries);
  [[nodiscard]] int finish(const strandline::RunSummary& summary) { return finish({&summary}); }
  /// The exit code as `expect` alone has it, for what does not run in this process.
  [[nodiscard]] int verdict() const;

 private:
  void parse(int argc, char** argv, const std::string& about);
  void guard(const std::stop_token& over);
  [[nodiscard]] bool is_committed(int partition) const;
  void judge_partition(int partition);

  DemoSetup setup_;
  std::string servers_;
  std::string group_;
  std::optional<std::chrono::milliseconds> session_timeout_;
  std::unique_ptr<strandline::testing::MockCluster> cluster_;
  int produced_ = 0;
  std::map<int, strandline::Offset> first_expected_;

  Ledger ledger_;
  std::atomic<bool> failed_{false};
  std::stop_source done_;
  std::jthread guard_;  ///< last: it uses the members above
};

}  // namespace samples

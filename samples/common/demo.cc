#include "common/demo.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

namespace samples {

using namespace std::chrono_literals;
using strandline::GroupConfig;
using strandline::Offset;
using strandline::PartitionId;
using strandline::Record;
using strandline::RunSummary;
using strandline::TopicPartition;
using strandline::testing::MockCluster;
using strandline::testing::ProducedRecord;

namespace {
// Far beyond what any sample needs, and below the time limit of its test.
constexpr auto kDeadline = 30s;
constexpr auto kMockSessionTimeout = 2s;
constexpr int kCustomers = 20;
}  // namespace

ProducedRecord order(int number) {
  return {.key = fmt::format("customer-{}", number % kCustomers),
          .value = fmt::format(R"({{"order":{}}})", number)};
}

Demo::Demo(int argc, char** argv, const std::string& about, DemoSetup setup)
    : setup_(std::move(setup)) {
  // Members of a group write to a pipe, where a line must not wait for its neighbours.
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
  parse(argc, argv, about);
  if (!mock()) return;
  servers_ = cluster_->bootstrap_servers();
  cluster_->create_topic(setup_.topic, setup_.partitions);
  if (setup_.produce_at_start) produce(setup_.records);
  ledger_.expect(setup_.records);
  if (setup_.records == 0) return;
  guard_ = std::jthread{[this](const std::stop_token& over) { guard(over); }};
}

Demo::~Demo() = default;

void Demo::parse(int argc, char** argv, const std::string& about) {
  CLI::App app{about};
  bool mock = false;
  auto* mock_flag = app.add_flag("--mock", mock, "Run on a cluster inside this process");
  auto* servers = app.add_option("--bootstrap-servers", servers_, "Run on this cluster: HOST:PORT");
  servers->excludes(mock_flag);
  app.add_option("--topic", setup_.topic, "Topic to read")->capture_default_str();
  group_ = "sample";
  app.add_option("--group", group_, "Consumer group")->capture_default_str();
  int session_timeout_ms = 0;
  app.add_option("--session-timeout-ms", session_timeout_ms, "When a silent member is given up");
  if (setup_.options) setup_.options(app);
  try {
    app.parse(argc, argv);
    if (!mock && servers_.empty()) {
      throw CLI::RequiredError("One of --mock and --bootstrap-servers");
    }
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));  // NOLINT(concurrency-mt-unsafe): no other thread yet
  }
  if (session_timeout_ms > 0) session_timeout_ = std::chrono::milliseconds{session_timeout_ms};
  if (mock && !session_timeout_) session_timeout_ = kMockSessionTimeout;
  if (mock) cluster_ = std::make_unique<MockCluster>();
}

GroupConfig Demo::membership(GroupConfig group) const {
  if (session_timeout_) {
    group.session_timeout = *session_timeout_;
    group.heartbeat_interval = *session_timeout_ / 10;
  }
  return group;
}

void Demo::produce(int count) {
  if (!mock()) return;
  std::vector<ProducedRecord> records;
  records.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) records.push_back(setup_.record(produced_++));
  cluster_->produce(setup_.topic, records);
}

void Demo::expect_from(int partition, Offset first) {
  first_expected_[partition] = first;
  ledger_.expect(-first.value());
}

void Demo::handled(const Record& record) {
  const TopicPartition partition{std::string{record.topic()}, record.partition()};
  ledger_.count(partition, record.offset(), record.key());
}

void Demo::handled(const TopicPartition& partition, Offset offset) {
  ledger_.count(partition, offset);
}

void Demo::guard(const std::stop_token& over) {
  const bool all = ledger_.wait_for_all(kDeadline, over);
  if (over.stop_requested()) return;
  expect(all, fmt::format("all records are handled within {} s, not {} of them", kDeadline.count(),
                          ledger_.distinct()));
  done_.request_stop();
}

bool Demo::wait_until(const std::function<bool()>& condition, const std::string& what) {
  if (!mock()) return true;
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  std::mutex mutex;
  std::unique_lock lock{mutex};
  std::condition_variable never;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      expect(false, what);
      return false;
    }
    // A snapshot tells nobody that it has changed, so it is looked at again and again.
    never.wait_for(lock, 10ms);
  }
  return true;
}

bool Demo::is_committed(int partition) const {
  const TopicPartition where{setup_.topic, PartitionId{partition}};
  return cluster_->committed(group_, where).value_or(Offset{0}) == cluster_->end_offset(where);
}

void Demo::wait_until_committed() {
  wait_until(
      [&] {
        int partition = 0;
        while (partition < setup_.partitions && is_committed(partition)) ++partition;
        return partition == setup_.partitions;
      },
      "all is committed");
}

void Demo::expect(bool holds, const std::string& what) {
  if (holds) return;
  failed_ = true;
  fmt::print(stderr, "NOT SHOWN: {}\n", what);
}

void Demo::judge_partition(int partition) {
  const TopicPartition where{setup_.topic, PartitionId{partition}};
  const Offset end = cluster_->end_offset(where);
  const Offset committed = cluster_->committed(group_, where).value_or(Offset{0});
  const auto first = first_expected_.contains(partition) ? first_expected_[partition] : Offset{0};
  auto times = ledger_.of(where);
  const std::size_t handled = times.size();
  for (Offset offset = first; offset < end; offset = offset.next()) {
    const int seen = times[offset];
    expect(seen == 1, fmt::format("{}@{} is handled once, not {} times", to_string(where),
                                  offset.value(), seen));
    times.erase(offset);
  }
  expect(times.empty(),
         fmt::format("nothing of {} before {} is handled", to_string(where), first.value()));
  expect(is_committed(partition), fmt::format("{} is committed to its end", to_string(where)));
  fmt::print("  {:<12} handled {:>5}  committed {:>5}  end {:>5}\n", to_string(where), handled,
             committed.value(), end.value());
}

int Demo::finish(std::initializer_list<const RunSummary*> summaries) {
  for (const RunSummary* summary : summaries) {
    if (summary->error) expect(false, "the consumer ends well: " + summary->error->message);
  }
  if (mock()) {
    for (int partition = 0; partition < setup_.partitions; ++partition) {
      judge_partition(partition);
    }
  }
  return verdict();
}

int Demo::verdict() const {
  fmt::print("{}\n", failed_ ? "FAILED" : "ok");
  return failed_ ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace samples

#pragma once

#include "kafka/broker_client.h"
#include "kafka/producer_client.h"
#include "support/fake_messages.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace strandline::test {

/// A broker that does what the test says, when it says so, and notes what the consumer asks of it.
class FakeBroker {
 public:
  using Event = std::function<void(detail::BrokerEvents&)>;

  // What the test makes happen at the next poll.
  void assign(std::vector<TopicPartition> partitions) {
    events.push_back([partitions](detail::BrokerEvents& to) { to.on_assign(partitions); });
  }
  void revoke(std::vector<TopicPartition> partitions, bool is_lost = false) {
    events.push_back([this, partitions, is_lost](detail::BrokerEvents& to) {
      revoking = true;
      to.on_revoke(partitions, is_lost);
    });
  }
  void error(detail::ClientError error) {
    events.push_back([error](detail::BrokerEvents& to) { to.on_error(error); });
  }
  /// Answers the oldest commit; with an error for all of it, if given.
  void answer_commit(std::optional<Error> error = {}, bool membership_over = false) {
    auto [id, offsets] = commits.front();
    commits.pop_front();
    std::vector<detail::CommittedOffset> answers;
    for (const auto& offset : offsets) {
      answers.push_back({offset.partition, offset.offset, error, membership_over});
      if (!error) committed[offset.partition] = offset.offset;
    }
    events.push_back(
        [id = id, answers](detail::BrokerEvents& to) { to.on_commit_answer(id, answers); });
  }
  void produce(const TopicPartition& partition, std::int64_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      queues[partition].push_back(first + static_cast<std::int64_t>(i));
    }
  }

  std::deque<Event> events;
  std::map<TopicPartition, std::deque<std::int64_t>> queues;
  std::set<TopicPartition> open;  ///< partitions whose queue is split off
  std::deque<std::pair<detail::CommitId, std::vector<detail::PartitionOffset>>> commits;
  std::map<TopicPartition, Offset> committed;
  std::map<TopicPartition, Offset> starts;  ///< where partitions begin, as far as it is known
  Offset high{1000};                        ///< every partition's end; invalid: not known yet
  std::vector<std::string> log;             ///< what was asked, in order
  bool silent = false;                      ///< says nothing of records that have come
  bool lost = false;
  bool revoking = false;  ///< a revoke waits for its answer: no other event comes before
  bool closing = false;
  bool closed = false;
  std::optional<Error> refuses_start;
  bool answers_commits = true;  ///< at once; else the test does
  FakeMessages messages;
};

class FakeFeed final : public detail::PartitionFeed {
 public:
  FakeFeed(FakeBroker& broker, TopicPartition id) : broker_(broker), id_(std::move(id)) {
    broker_.open.insert(id_);
  }
  ~FakeFeed() override { broker_.open.erase(id_); }
  [[nodiscard]] bool ready() const noexcept override {
    return !broker_.silent && !broker_.queues[id_].empty();
  }
  void fetch(std::size_t max, Offset expected, detail::RecordBatch& batch, std::uint64_t& filtered,
             detail::BrokerEvents&) override {
    auto& queue = broker_.queues[id_];
    while (!queue.empty() && batch.size() < max) {
      const std::int64_t offset = queue.front();
      queue.pop_front();
      if (Offset{offset} < expected) {
        ++filtered;
        continue;
      }
      batch.messages.push_back(
          broker_.messages.make({.offset = offset, .key = "k" + std::to_string(offset % 7)}));
      batch.offsets.push_back(offset);
      batch.bytes += 10;
    }
  }

 private:
  FakeBroker& broker_;
  TopicPartition id_;
};

class FakeClient : public detail::BrokerClient {
 public:
  explicit FakeClient(FakeBroker& broker) : broker_(broker) {}

  Result<void> start() override {
    if (broker_.refuses_start) return Unexpected(*broker_.refuses_start);
    return {};
  }
  void poll(detail::BrokerEvents& events) override {
    while (!broker_.events.empty()) {
      const auto event = std::move(broker_.events.front());
      broker_.events.pop_front();
      event(events);
    }
  }
  std::unique_ptr<detail::PartitionFeed> open(const TopicPartition& partition) override {
    broker_.log.push_back("open " + to_string(partition));
    return std::make_unique<FakeFeed>(broker_, partition);
  }
  Result<void> answer_assign(std::span<const TopicPartition> partitions) override {
    return note("answer assign", partitions);
  }
  Result<void> answer_revoke(std::span<const TopicPartition> partitions) override {
    broker_.lost = false;
    broker_.revoking = false;
    if (broker_.closing) broker_.closed = true;
    return note("answer revoke", partitions);
  }
  [[nodiscard]] bool assignment_lost() const override { return broker_.lost; }
  Result<detail::CommitId> commit(std::span<const detail::PartitionOffset> offsets) override {
    std::string line = "commit";
    for (const auto& offset : offsets) {
      line += " " + to_string(offset.partition) + "=" + std::to_string(offset.offset.value());
    }
    broker_.log.push_back(line);
    broker_.commits.emplace_back(next_id_, std::vector(offsets.begin(), offsets.end()));
    if (broker_.answers_commits) broker_.answer_commit();
    return next_id_++;
  }
  [[nodiscard]] Offset high_watermark(const TopicPartition&) const override { return broker_.high; }
  [[nodiscard]] Offset start_position(const TopicPartition& partition) const override {
    const auto found = broker_.starts.find(partition);
    return found == broker_.starts.end() ? Offset{} : found->second;
  }
  [[nodiscard]] detail::MessageSource& messages() noexcept override { return broker_.messages; }
  void begin_close() override {
    broker_.log.emplace_back("close");
    broker_.closing = true;
    if (broker_.revoking) return;
    std::vector<TopicPartition> all(broker_.open.begin(), broker_.open.end());
    broker_.revoke(all);
  }
  [[nodiscard]] bool closed() const override { return broker_.closed; }
  void leave_group() noexcept override { broker_.log.emplace_back("leave"); }

 private:
  Result<void> note(const std::string& what, std::span<const TopicPartition> partitions) {
    std::string line = what;
    for (const TopicPartition& partition : partitions) line += " " + to_string(partition);
    broker_.log.push_back(line);
    return {};
  }

  FakeBroker& broker_;
  detail::CommitId next_id_ = 1;
};

}  // namespace strandline::test

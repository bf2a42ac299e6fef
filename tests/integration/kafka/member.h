#pragma once

#include <strandline/config.h>

#include "base/doorbell.h"
#include "kafka/connect.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace strandline::detail {

/// A minimal poll loop over the port: what the consumer room does, without any of its cleverness.
/// Everything that happened is public, for tests to look at.
class Member final : public BrokerEvents {
 public:
  explicit Member(const ConsumerConfig& config, unsigned instance = 0);
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  ~Member() override;

  void on_assign(std::vector<TopicPartition> partitions) override;
  void on_revoke(std::vector<TopicPartition> partitions, bool lost) override;
  void on_commit_answer(CommitId id, std::vector<CommittedOffset> offsets) override;
  void on_error(ClientError error) override;

  /// One turn of the loop: events, then every feed.
  void turn();
  void wait() {
    doorbell_.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(5));
  }
  void answer_assign();
  void answer_revoke();
  void close();
  /// Commits and turns until the answer is there.
  std::vector<CommittedOffset> commit(const std::vector<PartitionOffset>& offsets);

  [[nodiscard]] BrokerClient& client() { return *client_; }
  [[nodiscard]] std::size_t records() const;
  [[nodiscard]] bool has_error(ErrorCode code) const;
  [[nodiscard]] bool has_fatal_error() const;
  void release();

  bool answers = true;  ///< answers rebalances at once
  bool fetches = true;  ///< takes records out of the feeds
  bool keeps = false;   ///< holds messages instead of giving them back
  std::size_t fetch_max = 1'000;

  std::vector<TopicPartition> assigning;  // asked for and not answered
  std::vector<TopicPartition> revoking;
  std::set<TopicPartition> assigned;
  int assigns = 0;
  int revokes = 0;
  int losses = 0;
  std::map<TopicPartition, std::unique_ptr<PartitionFeed>> feeds;
  std::map<TopicPartition, Offset> expected;
  std::map<TopicPartition, std::vector<std::int64_t>> offsets;
  std::vector<void*> kept;
  std::map<CommitId, std::vector<CommittedOffset>> answered;
  std::vector<ClientError> errors;
  std::uint64_t filtered = 0;
  std::size_t bytes = 0;

 private:
  Doorbell doorbell_;
  std::unique_ptr<BrokerClient> client_;
};

/// Turns all of them until `done`; false when that takes longer than the deadline.
[[nodiscard]] bool turn_until(const std::vector<Member*>& members,
                              const std::function<bool()>& done,
                              std::chrono::seconds deadline = std::chrono::seconds(30));

}  // namespace strandline::detail

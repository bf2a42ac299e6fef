#pragma once

#include "ledger.h"
#include "producer.h"
#include "stream.h"

#include <strandline/strandline.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>

namespace quickstart {

/// One consumer of the group: what a process of an application would be. It joins the group when it
/// is made and leaves it when told to. Thread safety: used from the main thread; the private parts
/// say what else.
class Member : private strandline::RebalanceListener {
 public:
  Member(const Place& place, strandline::Ordering order, int number, Ledger& ledger,
         Stream& stream);

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] int owned() const { return owned_; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] strandline::InstanceStats stats() const { return consumer_.stats().total(); }

  void leave() { consumer_.request_stop(); }
  /// Waits for its end.
  const strandline::RunSummary& summary();

 private:
  [[nodiscard]] strandline::ConsumerConfig config(const Place& place, strandline::Ordering order);
  void handle(const strandline::Record& record);
  void note_commits(std::span<const strandline::CommitAnswer> answers);

  void on_assigned(std::span<const strandline::TopicPartition> partitions) override;
  void on_revoked(std::span<const strandline::TopicPartition> partitions) override;
  void on_lost(std::span<const strandline::TopicPartition> partitions) override;

  const int number_;
  Ledger& ledger_;
  Stream& stream_;
  /// Written by the poller when a partition arrives, before its first record; read by the workers.
  std::array<std::atomic<std::uint32_t>, kPartitions> assignments_{};
  std::atomic<int> owned_{0};
  std::atomic<bool> ended_{false};
  strandline::Consumer consumer_;
  strandline::RunSummary summary_{};  ///< written by thread_, read after it was joined
  std::jthread thread_;
};

}  // namespace quickstart

#pragma once

#include <strandline/rebalance.h>

#include <span>
#include <string>
#include <vector>

namespace strandline::test {

/// Writes what it is told into the broker's log, so that the order of everything shows.
struct LoggingListener final : RebalanceListener {
  explicit LoggingListener(std::vector<std::string>& log) : log_(log) {}
  void on_assigned(std::span<const TopicPartition> p) override { note("assigned", p); }
  void on_revoked(std::span<const TopicPartition> p) override { note("revoked", p); }
  void on_lost(std::span<const TopicPartition> p) override { note("lost", p); }
  void on_released(std::span<const ReleasedPartition> partitions) override {
    for (const ReleasedPartition& one : partitions) {
      log_.push_back(
          "released " + to_string(one.partition) + "=" + std::to_string(one.committed.value()) +
          "/" + std::to_string(one.position.value()) + (one.error ? " " + one.error->message : ""));
    }
  }
  void note(const std::string& what, std::span<const TopicPartition> partitions) {
    log_.push_back(what + " " + std::to_string(partitions.size()));
  }
  std::vector<std::string>& log_;
};

}  // namespace strandline::test

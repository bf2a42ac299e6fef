#pragma once

#include "kafka/broker_client.h"
#include "partition/partition.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace strandline::detail {

/// One partition that is assigned to this consumer, with the queue its records come from.
struct AssignedPart {
  std::unique_ptr<Partition> partition;
  std::unique_ptr<PartitionFeed> feed;
  Offset reported_stuck{};  ///< the record the watchdog has named already
};

/// The partitions of this consumer. Those given up are kept until the last worker has let go of
/// their records. Poller thread only.
class Assignment {
 public:
  void add(std::unique_ptr<Partition> partition, std::unique_ptr<PartitionFeed> feed) {
    parts_.push_back({std::move(partition), std::move(feed), {}});
  }

  [[nodiscard]] AssignedPart* find(const TopicPartition& id) {
    const auto found = std::ranges::find_if(
        parts_, [&](const AssignedPart& part) { return part.partition->id() == id; });
    return found == parts_.end() ? nullptr : &*found;
  }

  /// Gives one up: its queue goes, and its books are kept only for those who still hold records of
  /// it.
  void retire(const TopicPartition& id) {
    const auto found = std::ranges::find_if(
        parts_, [&](const AssignedPart& part) { return part.partition->id() == id; });
    if (found == parts_.end()) return;
    found->feed.reset();
    retired_.push_back(std::move(found->partition));
    parts_.erase(found);
  }

  void bury() {
    std::erase_if(retired_, [](const auto& partition) { return partition->unreferenced(); });
  }

  [[nodiscard]] std::vector<AssignedPart>& parts() noexcept { return parts_; }
  /// Of those that are assigned; they are added in the order of their epochs.
  [[nodiscard]] Epoch newest_epoch() const noexcept {
    return parts_.empty() ? Epoch{} : parts_.back().partition->epoch();
  }
  [[nodiscard]] bool all_buried() const noexcept { return retired_.empty(); }
  [[nodiscard]] std::vector<TopicPartition> ids() const {
    std::vector<TopicPartition> ids;
    ids.reserve(parts_.size());
    for (const AssignedPart& part : parts_) ids.push_back(part.partition->id());
    return ids;
  }

 private:
  std::vector<AssignedPart> parts_;
  std::vector<std::unique_ptr<Partition>> retired_;
};

}  // namespace strandline::detail

#pragma once

#include <strandline/config.h>
#include <strandline/testing/mock_cluster.h>

#include "support/journal.h"
#include "support/live_consumer.h"
#include "support/waiting.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace strandline::testing {

inline constexpr const char* kTopic = "orders";
inline constexpr const char* kGroup = "shipping";

[[nodiscard]] TopicPartition orders(std::int32_t partition);
/// `count` records of one partition with values "0", "1", …, over `keys` keys; every tenth key is
/// null.
[[nodiscard]] std::vector<ProducedRecord> numbered(int count, std::int32_t partition, int keys = 7);

/// A cluster with the topic `orders`, and what tests want to know of it.
class ClusterTest : public ::testing::Test {
 protected:
  explicit ClusterTest(int partitions = 3);

  /// Quick to join, to fetch, to commit and to notice, for the mock cluster.
  [[nodiscard]] ConsumerConfig config() const;
  void fill(int records_per_partition, int keys = 7);
  /// Every partition's commit position is the end of its log.
  [[nodiscard]] ::testing::AssertionResult all_committed();
  [[nodiscard]] std::int64_t committed(std::int32_t partition);
  /// Each record of [0, end) of every partition was handled exactly once.
  [[nodiscard]] ::testing::AssertionResult each_once(const Journal& journal);

  MockCluster cluster;
  const int partitions;
};

}  // namespace strandline::testing

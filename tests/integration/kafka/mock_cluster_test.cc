// The mock cluster that users get for their own tests.

#include <strandline/error.h>
#include <strandline/testing/mock_cluster.h>

#include "fixture.h"

#include <gtest/gtest.h>

#include <set>

namespace strandline::testing {
namespace {

using detail::numbered;
using detail::orders;

TEST(MockCluster, ReadsBackWhatWasProduced) {
  MockCluster cluster;
  cluster.create_topic("orders", 2);
  const std::vector<ProducedRecord> records = {
      {.key = "k", .value = "v", .partition = 1, .headers = {{"a", "1"}, {"b", std::nullopt}}},
      {.key = std::nullopt, .value = std::nullopt, .partition = 1},
      {.key = "", .value = "", .partition = 1}};
  cluster.produce("orders", records);
  EXPECT_EQ(cluster.end_offset(orders(0)), Offset{0});
  EXPECT_EQ(cluster.end_offset(orders(1)), Offset{3});
  const auto read = cluster.read(orders(1));
  ASSERT_EQ(read.size(), 3U);
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].key, records[i].key);
    EXPECT_EQ(read[i].value, records[i].value);
    EXPECT_EQ(read[i].headers, records[i].headers);
    EXPECT_EQ(read[i].partition, 1);
  }
  EXPECT_TRUE(cluster.read(orders(0)).empty());
}

TEST(MockCluster, WithoutAPartitionTheKeyDecides) {
  MockCluster cluster(3);
  cluster.create_topic("orders", 4);
  std::vector<ProducedRecord> records = numbered(200, -1);
  const std::vector<ProducedRecord> again = records;
  records.insert(records.end(), again.begin(), again.end());
  cluster.produce("orders", records);
  std::set<std::string> seen;
  std::size_t count = 0;
  for (std::int32_t p = 0; p < 4; ++p) {
    std::set<std::string> here;
    for (const ProducedRecord& record : cluster.read(orders(p))) {
      here.insert(record.key.value());
      ++count;
    }
    EXPECT_FALSE(here.empty());
    for (const std::string& key : here) EXPECT_TRUE(seen.insert(key).second) << key;
  }
  EXPECT_EQ(count, 400U);
}

TEST(MockCluster, NothingIsCommittedAtFirst) {
  MockCluster cluster;
  cluster.create_topic("orders", 1);
  EXPECT_EQ(cluster.committed("nobody", orders(0)), std::nullopt);
}

TEST(MockCluster, WhatCannotBeDoneThrows) {
  MockCluster cluster;
  EXPECT_THROW(cluster.create_topic("bad", 0), Exception);
  EXPECT_THROW(cluster.set_broker_up(99, true), Exception);
  constexpr std::int16_t kProduceApi = 0;
  constexpr std::int16_t kTopicAuthorizationFailed = 29;
  cluster.create_topic("orders", 1);
  cluster.fail_requests(kProduceApi, kTopicAuthorizationFailed, 1);
  EXPECT_THROW(cluster.produce("orders", numbered(1, 0)), Exception);
}

TEST(MockCluster, WhatWentBeforeARefusalIsThere) {
  MockCluster cluster;
  cluster.create_topic("orders", 1);
  std::vector<ProducedRecord> records = numbered(2, 0);
  records.push_back({.value = "nowhere", .partition = 99});
  EXPECT_THROW(cluster.produce("orders", records), Exception);
  EXPECT_EQ(cluster.end_offset(orders(0)), Offset{2});
  cluster.produce("orders", numbered(1, 0));
  EXPECT_EQ(cluster.end_offset(orders(0)), Offset{3});
}

TEST(MockCluster, RefusedRequestsAndSlowBrokersDelayNoMore) {
  MockCluster cluster;
  cluster.create_topic("orders", 1);
  constexpr std::int16_t kProduceApi = 0;
  constexpr std::int16_t kNotLeader = 6;
  cluster.fail_requests(kProduceApi, kNotLeader, 2);
  cluster.set_round_trip_time(1, std::chrono::milliseconds(20));
  cluster.produce("orders", numbered(10, 0));
  EXPECT_EQ(cluster.end_offset(orders(0)), Offset{10});
}

}  // namespace
}  // namespace strandline::testing

// The consumer port on librdkafka's mock cluster: two members and what passes between them.

#include <strandline/testing/mock_cluster.h>

#include "fixture.h"
#include "member.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace strandline::detail {
namespace {

using testing::MockCluster;
using namespace std::chrono_literals;

constexpr std::int32_t kPartitions = 4;
constexpr int kRecords = 200;  // in each partition
constexpr std::size_t kAllRecords = std::size_t{kPartitions} * kRecords;
constexpr std::size_t kHalf = kAllRecords / 2;

struct Protocol {
  const char* name;
  GroupProtocol protocol;
  Assignor assignor;
};
std::ostream& operator<<(std::ostream& out, const Protocol& protocol) {
  return out << protocol.name;
}

class GroupTest : public ::testing::TestWithParam<Protocol> {
 protected:
  GroupTest() {
    cluster.create_topic("orders", kPartitions);
    for (std::int32_t p = 0; p < kPartitions; ++p) cluster.produce("orders", numbered(kRecords, p));
  }

  [[nodiscard]] ConsumerConfig config() const {
    ConsumerConfig config = config_for(cluster);
    config.group.protocol = GetParam().protocol;
    config.group.assignor = GetParam().assignor;
    return config;
  }

  MockCluster cluster;
};

/// Protocols in which the partitions that stay are not revoked.
class IncrementalGroupTest : public GroupTest {};

std::vector<PartitionOffset> positions(const Member& member) {
  std::vector<PartitionOffset> all;
  for (const TopicPartition& partition : member.assigned) {
    const auto expected = member.expected.find(partition);
    if (expected != member.expected.end() && expected->second.is_valid()) {
      all.push_back({partition, expected->second});
    }
  }
  return all;
}

TEST_P(GroupTest, ASecondMemberTakesItsShareAndGoesOnWhereTheFirstCommitted) {
  Member first(config());
  ASSERT_TRUE(turn_until({&first}, [&] { return first.records() == kAllRecords; }));
  ASSERT_FALSE(first.commit(positions(first)).empty());
  const int revokes_before = first.revokes;

  Member second(config());
  ASSERT_TRUE(turn_until({&first, &second}, [&] {
    return first.assigned.size() == 2 && second.assigned.size() == 2;
  }));
  EXPECT_GT(first.revokes, revokes_before);
  EXPECT_EQ(first.losses, 0);
  for (const TopicPartition& partition : first.assigned) {
    EXPECT_EQ(second.assigned.count(partition), 0U);
  }

  for (std::int32_t p = 0; p < kPartitions; ++p) cluster.produce("orders", numbered(50, p));
  ASSERT_TRUE(turn_until({&first, &second}, [&] {
    return first.records() + second.records() == kAllRecords + std::size_t{kPartitions} * 50;
  }));
  for (const TopicPartition& partition : second.assigned) {
    EXPECT_EQ(second.offsets[partition], range(kRecords, kRecords + 50));
  }
  for (const TopicPartition& partition : first.assigned) {
    EXPECT_EQ(first.offsets[partition], range(0, kRecords + 50));
  }
}

TEST_P(GroupTest, RecordsQueuedInARevokedPartitionGoToTheNextOwner) {
  Member first(config());
  first.fetches = false;
  ASSERT_TRUE(turn_until({&first}, [&] {
    return first.assigned.size() == kPartitions &&
           first.client().high_watermark(orders(0)) == Offset{kRecords};
  }));
  Member second(config());
  ASSERT_TRUE(turn_until({&first, &second}, [&] { return second.records() == kHalf; }));
  for (const TopicPartition& partition : second.assigned) {
    EXPECT_EQ(second.offsets[partition], range(0, kRecords));
  }
  first.fetches = true;
  ASSERT_TRUE(turn_until({&first, &second}, [&] { return first.records() == kHalf; }));
  for (const TopicPartition& partition : first.assigned) {
    EXPECT_EQ(first.offsets[partition], range(0, kRecords));
  }
}

TEST_P(IncrementalGroupTest, WhatStaysIsReadOnWithoutGapOrRepetition) {
  Member first(config());
  first.fetch_max = 1;
  ASSERT_TRUE(
      turn_until({&first}, [&] { return first.records() >= std::size_t{kPartitions} * 10; }));
  Member second(config());
  ASSERT_TRUE(turn_until({&first, &second}, [&] { return second.assigned.size() == 2; }));
  first.fetch_max = 1'000;
  ASSERT_TRUE(turn_until({&first, &second}, [&] {
    for (const TopicPartition& partition : first.assigned) {
      if (first.offsets[partition].size() < kRecords) return false;
    }
    return true;
  }));
  EXPECT_EQ(first.assigned.size(), std::size_t{kPartitions} - 2);
  for (const TopicPartition& partition : first.assigned) {
    EXPECT_EQ(first.offsets[partition], range(0, kRecords)) << to_string(partition);
  }
}

// The mock cluster, unlike brokers, takes no commits while the members of a classic group join.
// That can be now: a member whose SyncGroup comes after the leader's is refused there, and joins
// again.
TEST_P(IncrementalGroupTest, WhereACommitIsTakenWhileARevocationWaitsTheNextOwnerStarts) {
  Member first(config());
  ASSERT_TRUE(turn_until({&first}, [&] { return first.records() == kAllRecords; }));
  first.answers = false;
  Member second(config());
  ASSERT_TRUE(turn_until({&first, &second}, [&] { return !first.revoking.empty(); }));
  std::vector<PartitionOffset> commits;
  commits.reserve(first.revoking.size());
  for (const TopicPartition& partition : first.revoking)
    commits.push_back({partition, Offset{120}});
  std::set<TopicPartition> taken;
  for (const CommittedOffset& answer : first.commit(commits)) {
    if (answer.error) {
      EXPECT_EQ(error_of(answer).code, ErrorCode::commit_failed) << error_of(answer).message;
      EXPECT_EQ(GetParam().protocol, GroupProtocol::classic) << error_of(answer).message;
    } else {
      taken.insert(answer.partition);
    }
  }
  EXPECT_TRUE(taken.empty() || taken.size() == commits.size());
  if (!taken.empty()) {
    EXPECT_FALSE(first.client().assignment_lost());
  }
  first.answers = true;
  first.answer_revoke();
  ASSERT_TRUE(turn_until({&first, &second}, [&] {
    return second.assigned.size() == 2 && std::ranges::all_of(second.assigned, [&](const auto& p) {
             return !second.offsets[p].empty() && second.offsets[p].back() == kRecords - 1;
           });
  }));
  for (const TopicPartition& partition : second.assigned) {
    EXPECT_EQ(second.offsets[partition].front(), taken.contains(partition) ? 120 : 0)
        << to_string(partition);
  }
}

TEST_P(GroupTest, TheLeaversPartitionsComeBack) {
  Member first(config());
  auto second = std::make_unique<Member>(config());
  ASSERT_TRUE(turn_until({&first, second.get()}, [&] {
    return first.assigned.size() == 2 && second->assigned.size() == 2;
  }));
  second->close();
  ASSERT_TRUE(turn_until({&first, second.get()}, [&] { return second->client().closed(); }));
  second.reset();
  EXPECT_TRUE(turn_until({&first}, [&] { return first.assigned.size() == kPartitions; }));
}

constexpr Protocol kRange{"range", GroupProtocol::classic, Assignor::range};
constexpr Protocol kRoundRobin{"roundrobin", GroupProtocol::classic, Assignor::roundrobin};
constexpr Protocol kCooperative{"cooperative", GroupProtocol::classic,
                                Assignor::cooperative_sticky};
constexpr Protocol kConsumer{"consumer", GroupProtocol::consumer, Assignor::range};

std::string name_of(const ::testing::TestParamInfo<Protocol>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Protocols, GroupTest,
                         ::testing::Values(kRange, kRoundRobin, kCooperative, kConsumer), name_of);
INSTANTIATE_TEST_SUITE_P(Protocols, IncrementalGroupTest,
                         ::testing::Values(kCooperative, kConsumer), name_of);

}  // namespace
}  // namespace strandline::detail

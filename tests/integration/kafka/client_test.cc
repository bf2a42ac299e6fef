// The consumer port on librdkafka's mock cluster: one member.

#include <strandline/log.h>
#include <strandline/testing/mock_cluster.h>

#include "fixture.h"
#include "member.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <string_view>

namespace strandline::detail {
namespace {

using testing::MockCluster;
using testing::ProducedRecord;
using namespace std::chrono_literals;

constexpr int kHeartbeatApi = 12;
constexpr int kOffsetCommitApi = 8;
constexpr int kFetchApi = 1;

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { cluster.create_topic("orders", 2); }
  MockCluster cluster;
};

TEST_F(ClientTest, AssignsFetchesCommitsAndCloses) {
  cluster.produce("orders", numbered(500, 0));
  cluster.produce("orders", numbered(300, 1));
  Member member(config_for(cluster));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 800; }));
  EXPECT_EQ(member.assigns, 1);
  EXPECT_EQ(member.offsets[orders(0)], range(0, 500));
  EXPECT_EQ(member.offsets[orders(1)], range(0, 300));
  EXPECT_EQ(member.client().high_watermark(orders(0)), Offset{500});
  EXPECT_EQ(member.client().high_watermark({"nothing", PartitionId{0}}), Offset{});

  const auto answer = member.commit({{orders(0), Offset{500}}, {orders(1), Offset{100}}});
  ASSERT_EQ(answer.size(), 2U);
  EXPECT_FALSE(answer[0].error || answer[1].error);
  EXPECT_EQ(cluster.committed("group", orders(0)), Offset{500});
  EXPECT_EQ(cluster.committed("group", orders(1)), Offset{100});

  member.close();
  ASSERT_TRUE(turn_until({&member}, [&] { return member.client().closed(); }));
  EXPECT_EQ(member.revokes, 1);
  EXPECT_EQ(member.losses, 0);
  EXPECT_TRUE(member.assigned.empty());
}

TEST_F(ClientTest, StartsWhereTheGroupHasCommitted) {
  cluster.produce("orders", numbered(100, 0));
  {
    Member first(config_for(cluster));
    ASSERT_TRUE(turn_until({&first}, [&] { return first.records() == 100; }));
    ASSERT_FALSE(first.commit({{orders(0), Offset{40}}}).empty());
  }
  Member second(config_for(cluster));
  ASSERT_TRUE(turn_until({&second}, [&] { return second.records() == 60; }));
  EXPECT_EQ(second.offsets[orders(0)], range(40, 100));
}

TEST_F(ClientTest, AnswersFromOutsideTheEventMayComeLate) {
  cluster.produce("orders", numbered(10, 0));
  Member member(config_for(cluster));
  member.answers = false;
  ASSERT_TRUE(turn_until({&member}, [&] { return !member.assigning.empty(); }));
  EXPECT_EQ(member.records(), 0U);
  EXPECT_FALSE(member.client().answer_revoke(member.assigning).has_value());
  member.answer_assign();
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 10; }));
  member.close();
  ASSERT_TRUE(turn_until({&member}, [&] { return !member.revoking.empty(); }));
  EXPECT_FALSE(member.client().closed());
  ASSERT_FALSE(member.commit({{orders(0), Offset{10}}}).front().error);
  member.answer_revoke();
  ASSERT_TRUE(turn_until({&member}, [&] { return member.client().closed(); }));
  EXPECT_EQ(cluster.committed("group", orders(0)), Offset{10});
}

TEST_F(ClientTest, AFullQueueIsReadyAgainAtOnce) {
  cluster.produce("orders", numbered(100, 0));
  Member member(config_for(cluster));
  member.fetches = false;
  const auto ready = [&] {
    return member.feeds.count(orders(0)) > 0 && member.feeds[orders(0)]->ready() &&
           member.client().high_watermark(orders(0)) == Offset{100};
  };
  ASSERT_TRUE(turn_until({&member}, ready));
  PartitionFeed& feed = *member.feeds[orders(0)];
  // One by one: with more behind, each fetch leaves the feed ready.
  std::size_t got = 0;
  while (got < 100) {
    RecordBatch batch;
    feed.fetch(1, Offset{}, batch, member.filtered, member);
    if (batch.empty()) {
      member.client().poll(member);
      continue;
    }
    EXPECT_TRUE(feed.ready());
    got += batch.size();
    member.client().messages().release(batch.messages.data(), batch.size());
  }
  RecordBatch none;
  feed.fetch(10, Offset{}, none, member.filtered, member);
  EXPECT_TRUE(none.empty());
  EXPECT_FALSE(feed.ready());
  cluster.produce("orders", numbered(1, 0));
  EXPECT_TRUE(turn_until({&member}, [&] { return feed.ready(); }));
}

TEST_F(ClientTest, RecordsBelowTheExpectedOffsetAreFilteredAndCounted) {
  cluster.produce("orders", numbered(100, 0));
  Member member(config_for(cluster));
  member.answers = false;
  ASSERT_TRUE(turn_until({&member}, [&] { return !member.assigning.empty(); }));
  member.answer_assign();
  member.expected[orders(0)] = Offset{30};
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 70; }));
  EXPECT_EQ(member.filtered, 30U);
  EXPECT_EQ(member.offsets[orders(0)], range(30, 100));
  member.answers = true;
}

TEST_F(ClientTest, KeysAndValuesKeepNullApartFromEmpty) {
  cluster.produce("orders", {{.key = std::nullopt, .value = "v", .partition = 0},
                             {.key = "", .value = "", .partition = 0},
                             {.key = "k", .value = std::nullopt, .partition = 0}});
  Member member(config_for(cluster));
  member.keeps = true;
  ASSERT_TRUE(turn_until({&member}, [&] { return member.kept.size() == 3; }));
  std::vector<RecordFields> fields(3);
  const TopicPartition partition = orders(0);
  member.client().messages().read(member.kept.data(), 3, partition, fields.data());
  EXPECT_EQ(fields[0].key, nullptr);
  EXPECT_EQ(std::string(fields[0].value, fields[0].value_size), "v");
  ASSERT_NE(fields[1].key, nullptr);
  EXPECT_EQ(fields[1].key_size, 0U);
  ASSERT_NE(fields[1].value, nullptr);
  EXPECT_EQ(fields[1].value_size, 0U);
  EXPECT_EQ(fields[2].value, nullptr);
  EXPECT_EQ(fields[2].value_size, 0U);
  EXPECT_EQ(fields[2].offset, 2);
  EXPECT_EQ(member.bytes, 2U);
  EXPECT_EQ(fields[0].access->timestamp(fields[0].message).type, TimestampType::create_time);
  EXPECT_EQ(fields[0].access->header_count(fields[0].message), 0U);
}

TEST_F(ClientTest, HeadersComeInOrderWithNullsAndRepetitions) {
  ProducedRecord record{.value = "v", .partition = 0};
  for (int i = 0; i < 10'000; ++i) record.headers.emplace_back("h" + std::to_string(i % 7), "x");
  record.headers.emplace_back("null", std::nullopt);
  record.headers.emplace_back("empty", "");
  cluster.produce("orders", {record});
  Member member(config_for(cluster));
  member.keeps = true;
  ASSERT_TRUE(turn_until({&member}, [&] { return member.kept.size() == 1; }));
  const MessageSource& source = member.client().messages();
  ASSERT_EQ(source.header_count(member.kept[0]), 10'002U);
  EXPECT_EQ(source.header(member.kept[0], 9'999).name, "h3");
  EXPECT_EQ(source.header(member.kept[0], 9'999).value, "x");
  EXPECT_TRUE(source.header(member.kept[0], 10'000).is_null);
  EXPECT_FALSE(source.header(member.kept[0], 10'001).is_null);
  EXPECT_EQ(source.header(member.kept[0], 10'001).value, "");
}

TEST_F(ClientTest, ARecordLargerThanTheFetchSizesComesThrough) {
  const std::string large(1 << 20, 'x');
  cluster.produce("orders", {{.value = large, .partition = 0}, {.value = "small", .partition = 0}});
  ConsumerConfig config = config_for(cluster);
  config.fetch.partition_bytes_max = 64 << 10;
  Member member(config);
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 2; }));
  EXPECT_EQ(member.bytes, large.size() + 5);
}

TEST_F(ClientTest, AnUnknownTopicIsReportedAndCostsNothingElse) {
  ConsumerConfig config = config_for(cluster);
  config.topics.push_back("nowhere");
  cluster.produce("orders", numbered(5, 0));
  Member member(config);
  ASSERT_TRUE(turn_until({&member}, [&] {
    return member.records() == 5 && member.has_error(ErrorCode::unknown_topic);
  }));
}

TEST_F(ClientTest, WithoutResetAMissingOffsetNamesItsPartition) {
  ConsumerConfig config = config_for(cluster);
  config.offset_reset = OffsetReset::none;
  Member member(config);
  ASSERT_TRUE(turn_until({&member}, [&] { return member.errors.size() >= 2; }));
  std::set<TopicPartition> named;
  for (const ClientError& error : member.errors) {
    EXPECT_EQ(error.error.code, ErrorCode::offset_out_of_range) << error.error.message;
    named.insert(error.partition.value_or(TopicPartition{}));
  }
  EXPECT_EQ(named, (std::set{orders(0), orders(1)}));
}

TEST_F(ClientTest, ARefusedCommitSaysWhichPartitionAndStaysRetriable) {
  cluster.produce("orders", numbered(10, 0));
  Member member(config_for(cluster));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 10; }));
  constexpr std::int16_t kOffsetMetadataTooLarge = 12;
  constexpr std::int16_t kRebalanceInProgress = 27;
  cluster.fail_requests(kOffsetCommitApi, kOffsetMetadataTooLarge, 1);
  auto answer = member.commit({{orders(0), Offset{5}}});
  ASSERT_EQ(answer.size(), 1U);
  ASSERT_TRUE(answer[0].error);
  EXPECT_EQ(error_of(answer[0]).code, ErrorCode::commit_failed);
  EXPECT_NE(error_of(answer[0]).message.find("orders[0]"), std::string::npos);

  cluster.fail_requests(kOffsetCommitApi, kRebalanceInProgress, 1);
  answer = member.commit({{orders(0), Offset{5}}});
  ASSERT_TRUE(answer.at(0).error);
  EXPECT_TRUE(error_of(answer[0]).is_retriable());

  EXPECT_EQ(cluster.committed("group", orders(0)), std::nullopt);
  EXPECT_FALSE(member.commit({{orders(0), Offset{5}}}).at(0).error);
  EXPECT_EQ(cluster.committed("group", orders(0)), Offset{5});
}

TEST_F(ClientTest, WhatWasWrittenAnewBelowWhatWasReadIsNoRepetition) {
  cluster.produce("orders", numbered(10, 0));
  Member member(config_for(cluster));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 10; }));
  cluster.elect_leader(orders(0), 1);
  // As if it had been read up to here before the log was cut.
  member.expected[orders(0)] = Offset{15};
  cluster.produce("orders", numbered(10, 0));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.has_fatal_error(); }));
  EXPECT_TRUE(member.has_error(ErrorCode::log_truncated));
  EXPECT_EQ(member.filtered, 0U);
  EXPECT_EQ(member.records(), 10U) << "nothing behind the gap is handed out";
}

TEST_F(ClientTest, AMemberThrownOutLosesItsPartitionsAndComesBack) {
  cluster.produce("orders", numbered(10, 0));
  Member member(config_for(cluster));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 10; }));
  constexpr std::int16_t kUnknownMember = 25;
  cluster.fail_requests(kOffsetCommitApi, kUnknownMember, 1);
  const auto answer = member.commit({{orders(0), Offset{5}}});
  ASSERT_TRUE(answer.at(0).error);
  EXPECT_EQ(error_of(answer[0]).code, ErrorCode::not_assigned);
  ASSERT_TRUE(turn_until({&member}, [&] { return member.losses == 1 && member.assigns == 2; }));
  EXPECT_EQ(member.assigned.size(), 2U);
}

TEST_F(ClientTest, ABrokerThatGoesAndComesBackIsReportedAndGoneOnWith) {
  cluster.produce("orders", numbered(10, 0));
  Member member(config_for(cluster));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 10; }));
  cluster.set_broker_up(1, false);
  ASSERT_TRUE(
      turn_until({&member}, [&] { return member.has_error(ErrorCode::broker_unreachable); }));
  for (const ClientError& error : member.errors) EXPECT_FALSE(error.fatal);
  cluster.set_broker_up(1, true);
  cluster.produce("orders", numbered(10, 0));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 20; }));
  EXPECT_EQ(member.offsets[orders(0)], range(0, 20));
}

TEST_F(ClientTest, NobodyThereIsSaidAndNotFatal) {
  ConsumerConfig config = config_for(cluster);
  config.bootstrap_servers = "127.0.0.1:1";
  Member member(config);
  ASSERT_TRUE(
      turn_until({&member}, [&] { return member.has_error(ErrorCode::broker_unreachable); }));
  EXPECT_NE(member.errors[0].error.message.find("bootstrap_servers"), std::string::npos);
  EXPECT_FALSE(member.errors[0].fatal);
  member.close();
  EXPECT_TRUE(turn_until({&member}, [&] { return member.client().closed(); }));
}

TEST_F(ClientTest, FailedFetchesAreRepeatedWithoutGapOrRepetition) {
  cluster.produce("orders", numbered(200, 0));
  constexpr std::int16_t kNotLeader = 6;
  cluster.fail_requests(kFetchApi, kNotLeader, 3);
  Member member(config_for(cluster));
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 200; }));
  EXPECT_EQ(member.offsets[orders(0)], range(0, 200));
}

TEST_F(ClientTest, UnfetchedRecordsHoldUpNothing) {
  cluster.produce("orders", numbered(5'000, 0));
  Member member(config_for(cluster));
  member.fetches = false;
  ASSERT_TRUE(turn_until(
      {&member}, [&] { return member.client().high_watermark(orders(0)) == Offset{5'000}; }));
  member.close();
  ASSERT_TRUE(turn_until({&member}, [&] { return member.client().closed(); }));
}

TEST_F(ClientTest, AnOwnerThatJustGoesIsCleanedUpAfter) {
  cluster.produce("orders", numbered(100, 0));
  auto unanswered = std::make_unique<Member>(config_for(cluster));
  unanswered->answers = false;
  ASSERT_TRUE(turn_until({unanswered.get()}, [&] { return !unanswered->assigning.empty(); }));
  auto member = std::make_unique<Member>(config_for(cluster));
  std::atomic<bool> in_vain{false};
  set_log_sink([&](LogLevel, std::string_view line) {
    if (line.find("could not be left in time") != std::string_view::npos) in_vain = true;
  });
  unanswered.reset();
  set_log_sink({});
  EXPECT_FALSE(in_vain) << "it waited for an answer of ours";
  member->keeps = true;
  ASSERT_TRUE(turn_until({member.get()}, [&] { return member->records() > 0; }));
  member.reset();
  Member next(config_for(cluster));
  EXPECT_TRUE(turn_until({&next}, [&] { return next.records() == 100; }));
}

TEST_F(ClientTest, AFencedMemberIsToldThatAllIsOver) {
  cluster.produce("orders", numbered(10, 0));
  ConsumerConfig config = config_for(cluster);
  config.group.instance_id = "one";
  Member member(config);
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 10; }));
  constexpr std::int16_t kFencedInstanceId = 82;
  cluster.fail_requests(kHeartbeatApi, kFencedInstanceId, 1);
  ASSERT_TRUE(turn_until({&member}, [&] { return member.losses == 1; }));
  ASSERT_TRUE(member.has_error(ErrorCode::fenced));
  EXPECT_TRUE(member.has_fatal_error());
  EXPECT_TRUE(member.assigned.empty());
  EXPECT_FALSE(member.client().commit(std::vector<PartitionOffset>{{orders(0), Offset{1}}}));
  member.close();
  EXPECT_TRUE(turn_until({&member}, [&] { return member.client().closed(); }));
  EXPECT_EQ(member.revokes, 1);
}

TEST_F(ClientTest, APatternFindsItsTopics) {
  ConsumerConfig config = config_for(cluster);
  config.topics.clear();
  config.topic_pattern = "^ord.*";
  cluster.produce("orders", numbered(3, 0));
  Member member(config);
  ASSERT_TRUE(turn_until({&member}, [&] { return member.records() == 3; }));
}

TEST(Client, RefusalsOfLibrdkafkaComeAllAtOnce) {
  ConsumerConfig config{.bootstrap_servers = "127.0.0.1:1", .group_id = "group", .topics = {"t"}};
  config.librdkafka = {{"no.such.thing", "1"}, {"fetch.error.backoff.ms", "many"}};
  EXPECT_EQ(client_faults(config).size(), 2U);
  Doorbell doorbell;
  const auto client = connect(config, 0, doorbell);
  ASSERT_FALSE(client.has_value());
  EXPECT_EQ(client.error().code, ErrorCode::invalid_config);
  EXPECT_NE(client.error().message.find("no.such.thing"), std::string::npos);
  EXPECT_NE(client.error().message.find("fetch.error.backoff.ms"), std::string::npos);
}

TEST(Client, OptionsThatContradictEachOtherAreRefusedAtTheStart) {
  ConsumerConfig config{.bootstrap_servers = "127.0.0.1:1", .group_id = "group", .topics = {"t"}};
  config.group.max_poll_interval = 1s;
  config.group.session_timeout = 45s;
  Doorbell doorbell;
  const auto client = connect(config, 0, doorbell);
  ASSERT_FALSE(client.has_value());
  EXPECT_NE(client.error().message.find("session.timeout.ms"), std::string::npos)
      << client.error().message;
}

}  // namespace
}  // namespace strandline::detail

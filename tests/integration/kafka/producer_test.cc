// The producer port on librdkafka's mock cluster.

#include <strandline/testing/mock_cluster.h>

#include "fixture.h"
#include "kafka/connect.h"

#include <gtest/gtest.h>

#include <map>

namespace strandline::detail {
namespace {

using testing::MockCluster;
using namespace std::chrono_literals;

class ProducerTest : public ::testing::Test, public DeliveryEvents {
 protected:
  ProducerTest() {
    cluster.create_topic("dead", 1);
    producer = connect_producer(config_for(cluster), doorbell).value();
  }

  void on_delivery(std::uint64_t token, Result<void> result) override {
    EXPECT_EQ(reports.count(token), 0U) << "answered twice";
    reports.emplace(token, std::move(result));
  }

  /// Waits on the doorbell alone, so that a ring that does not come fails the test.
  [[nodiscard]] bool poll_until_reports(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (reports.size() < count) {
      if (!doorbell.wait_until(deadline)) return false;
      producer->poll(*this);
    }
    return true;
  }

  MockCluster cluster;
  Doorbell doorbell;
  std::unique_ptr<ProducerClient> producer;
  std::map<std::uint64_t, Result<void>> reports;
};

TEST_F(ProducerTest, DeliversEverythingAsItWasAndSaysSo) {
  const OutgoingRecord record{
      .topic = "dead",
      .key = "k",
      .value = std::nullopt,
      .timestamp = {TimestampType::create_time, 12345ms},
      .headers = {{"why", "because"}, {"null", std::nullopt}, {"empty", ""}}};
  ASSERT_TRUE(producer->produce(record, 7).has_value());
  ASSERT_TRUE(producer->produce({.topic = "dead", .key = "", .value = ""}, 8).has_value());
  ASSERT_TRUE(poll_until_reports(2));
  EXPECT_TRUE(reports.at(7).has_value());
  EXPECT_TRUE(reports.at(8).has_value());

  const auto read = cluster.read({"dead", PartitionId{0}});
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].key, "k");
  EXPECT_EQ(read[0].value, std::nullopt);
  EXPECT_EQ(read[0].headers, record.headers);
  EXPECT_EQ(read[1].key, "");
  EXPECT_EQ(read[1].value, "");
}

TEST_F(ProducerTest, ManyAreDeliveredInOrder) {
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    const std::string value = std::to_string(i);
    ASSERT_TRUE(producer->produce({.topic = "dead", .key = {}, .value = value}, i).has_value());
  }
  ASSERT_TRUE(poll_until_reports(5'000));
  const auto read = cluster.read({"dead", PartitionId{0}});
  ASSERT_EQ(read.size(), 5'000U);
  for (std::size_t i = 0; i < read.size(); ++i) EXPECT_EQ(read[i].value, std::to_string(i));
}

TEST_F(ProducerTest, ARefusedDeliveryIsAnErrorWithTheTopic) {
  constexpr std::int16_t kProduceApi = 0;
  constexpr std::int16_t kTopicAuthorizationFailed = 29;
  cluster.fail_requests(kProduceApi, kTopicAuthorizationFailed, 1);
  ASSERT_TRUE(producer->produce({.topic = "dead", .key = {}, .value = "v"}, 1).has_value());
  ASSERT_TRUE(poll_until_reports(1));
  ASSERT_FALSE(reports.at(1).has_value());
  EXPECT_EQ(reports.at(1).error().code, ErrorCode::authorization);
  EXPECT_NE(reports.at(1).error().message.find("dead"), std::string::npos);
}

TEST_F(ProducerTest, WhatCannotBeQueuedIsRefusedWithoutAReport) {
  const std::string large(20 << 20, 'x');
  const auto result = producer->produce({.topic = "dead", .key = {}, .value = large}, 1);
  ASSERT_FALSE(result.has_value());
  ASSERT_TRUE(producer->produce({.topic = "dead", .key = {}, .value = "v"}, 2).has_value());
  ASSERT_TRUE(poll_until_reports(1));
  EXPECT_EQ(reports.count(1), 0U);
}

TEST_F(ProducerTest, GoesWhileDeliveriesAreOutstanding) {
  cluster.set_broker_up(1, false);
  ASSERT_TRUE(producer->produce({.topic = "dead", .key = {}, .value = "v"}, 1).has_value());
  producer.reset();
  EXPECT_TRUE(reports.empty());
}

}  // namespace
}  // namespace strandline::detail

#include "kafka/conf.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

ConsumerConfig minimal() {
  return {.bootstrap_servers = "broker:9092", .group_id = "group", .topics = {"orders"}};
}

std::string value(const BuiltConf& built, const char* property) {
  std::array<char, 256> text{};
  std::size_t size = text.size();
  if (rd_kafka_conf_get(built.conf.get(), property, text.data(), &size) == RD_KAFKA_CONF_OK) {
    return text.data();
  }
  // auto.offset.reset and its like belong to topics, and are asked for there.
  size = text.size();
  const rd_kafka_topic_conf_t* topic = rd_kafka_conf_get_default_topic_conf(built.conf.get());
  if (topic == nullptr ||
      rd_kafka_topic_conf_get(topic, property, text.data(), &size) != RD_KAFKA_CONF_OK) {
    return "(unknown)";
  }
  return text.data();
}

TEST(Conf, TypedOptionsReachTheirProperties) {
  ConsumerConfig config = minimal();
  config.group.assignor = Assignor::range;
  config.group.instance_id = "box";
  config.group.session_timeout = 20s;
  config.group.heartbeat_interval = 2s;
  config.group.max_poll_interval = 60s;
  config.offset_reset = OffsetReset::none;
  config.isolation = IsolationLevel::read_uncommitted;
  config.fetch = {.prefetch_records = 123,
                  .prefetch_bytes = 2048 * 1024,
                  .bytes_min = 7,
                  .wait_max = 33ms,
                  .bytes_max = 5'000'000,
                  .partition_bytes_max = 77'000};
  const BuiltConf built = build_consumer_conf(config, 0);
  ASSERT_TRUE(built.faults.empty()) << to_error(built.faults).message;
  const std::map<std::string, std::string> wanted = {{"bootstrap.servers", "broker:9092"},
                                                     {"group.id", "group"},
                                                     {"client.id", "strandline"},
                                                     {"client.software.name", "strandline"},
                                                     {"group.instance.id", "box"},
                                                     {"partition.assignment.strategy", "range"},
                                                     {"session.timeout.ms", "20000"},
                                                     {"heartbeat.interval.ms", "2000"},
                                                     {"max.poll.interval.ms", "60000"},
                                                     {"auto.offset.reset", "error"},
                                                     {"isolation.level", "read_uncommitted"},
                                                     {"queued.min.messages", "123"},
                                                     {"queued.max.messages.kbytes", "2048"},
                                                     {"fetch.min.bytes", "7"},
                                                     {"fetch.wait.max.ms", "33"},
                                                     {"fetch.max.bytes", "5000000"},
                                                     {"max.partition.fetch.bytes", "77000"},
                                                     {"fetch.queue.backoff.ms", "5"}};
  for (const auto& [property, want] : wanted) {
    EXPECT_EQ(value(built, property.c_str()), want) << property;
  }
}

TEST(Conf, WhatThePromisesRestOnCannotBeChanged) {
  ConsumerConfig config = minimal();
  config.librdkafka = {{"enable.auto.commit", "true"},
                       {"enable.auto.offset.store", "true"},
                       {"enable.partition.eof", "true"}};
  const BuiltConf built = build_consumer_conf(config, 0);
  EXPECT_EQ(value(built, "enable.auto.commit"), "false");
  EXPECT_EQ(value(built, "enable.auto.offset.store"), "false");
  EXPECT_EQ(value(built, "enable.partition.eof"), "false");
}

TEST(Conf, TheUsersPropertyWinsOverOurDefault) {
  ConsumerConfig config = minimal();
  config.librdkafka = {{"fetch.queue.backoff.ms", "70"}, {"client.id", "mine"}};
  const BuiltConf built = build_consumer_conf(config, 0);
  EXPECT_EQ(value(built, "fetch.queue.backoff.ms"), "70");
  EXPECT_EQ(value(built, "client.id"), "mine");
}

TEST(Conf, EveryRefusalIsNamed) {
  ConsumerConfig config = minimal();
  config.fetch.prefetch_records = 0;
  config.librdkafka = {{"no.such.thing", "1"}, {"socket.keepalive.enable", "perhaps"}};
  const BuiltConf built = build_consumer_conf(config, 0);
  ASSERT_EQ(built.faults.size(), 3U) << to_error(built.faults).message;
  EXPECT_EQ(built.faults[0].field, "fetch.prefetch_records");
  EXPECT_EQ(built.faults[1].field, "librdkafka[\"no.such.thing\"]");
  EXPECT_EQ(built.faults[2].field, "librdkafka[\"socket.keepalive.enable\"]");
  const Error error = to_error(built.faults);
  EXPECT_EQ(error.code, ErrorCode::invalid_config);
  for (const ConfigFault& fault : built.faults) {
    EXPECT_NE(error.message.find(fault.field), std::string::npos);
  }
}

TEST(Conf, InstancesAreToldApart) {
  ConsumerConfig config = minimal();
  config.instances = 3;
  config.group.instance_id = "box";
  const BuiltConf built = build_consumer_conf(config, 2);
  EXPECT_EQ(value(built, "client.id"), "strandline-2");
  EXPECT_EQ(value(built, "group.instance.id"), "box-2");
}

TEST(Conf, TheConsumerProtocolHasNoTimersOfTheClient) {
  ConsumerConfig config = minimal();
  config.group.protocol = GroupProtocol::consumer;
  config.group.remote_assignor = "uniform";
  const BuiltConf built = build_consumer_conf(config, 0);
  ASSERT_TRUE(built.faults.empty());
  EXPECT_EQ(value(built, "group.protocol"), "consumer");
  EXPECT_EQ(value(built, "group.remote.assignor"), "uniform");
  // librdkafka refuses to start when one of them is set, to whatever value.
  std::array<char, 256> why{};
  BuiltConf starting = build_consumer_conf(config, 0);
  const ClientHandle client{
      rd_kafka_new(RD_KAFKA_CONSUMER, starting.conf.get(), why.data(), why.size())};
  ASSERT_TRUE(client) << why.data();
  disown(starting.conf);
}

TEST(Conf, SmallAndLargeFetchesAreAcceptedByTheClient) {
  for (const std::size_t bytes_max : {std::size_t{10'000}, std::size_t{200'000'000}}) {
    ConsumerConfig config = minimal();
    config.fetch.bytes_max = bytes_max;
    BuiltConf built = build_consumer_conf(config, 0);
    ASSERT_TRUE(built.faults.empty());
    std::array<char, 256> why{};
    const ClientHandle client{
        rd_kafka_new(RD_KAFKA_CONSUMER, built.conf.get(), why.data(), why.size())};
    ASSERT_TRUE(client) << why.data();
    disown(built.conf);
  }
}

TEST(Conf, AnAssignmentByHandJoinsNoGroup) {
  ConsumerConfig config = minimal();
  config.topics.clear();
  config.assignment = {{{"orders", PartitionId{0}}}};
  config.group.assignor = Assignor::cooperative_sticky;
  EXPECT_FALSE(is_incremental(config));
  EXPECT_EQ(value(build_consumer_conf(config, 0), "partition.assignment.strategy"),
            "range,roundrobin");
  config.group.max_poll_interval = 30s;
  EXPECT_EQ(value(build_consumer_conf(config, 0), "session.timeout.ms"), "30000")
      << "librdkafka refuses one above max.poll.interval.ms";
}

TEST(Conf, IncrementalFollowsTheConfiguration) {
  ConsumerConfig config = minimal();
  config.group.assignor = Assignor::range;
  EXPECT_FALSE(is_incremental(config));
  config.group.assignor = Assignor::cooperative_sticky;
  EXPECT_TRUE(is_incremental(config));
  config.group.assignor = Assignor::range;
  config.group.protocol = GroupProtocol::consumer;
  EXPECT_TRUE(is_incremental(config));
}

TEST(Conf, TheProducerReachesTheSameClusterAndLosesNothing) {
  ConsumerConfig config = minimal();
  config.librdkafka = {{"security.protocol", "sasl_plaintext"},
                       {"sasl.mechanism", "PLAIN"},
                       {"sasl.username", "me"},
                       {"sasl.password", "secret"},
                       {"fetch.error.backoff.ms", "100"}};
  const BuiltConf built = build_producer_conf(config);
  ASSERT_TRUE(built.faults.empty()) << to_error(built.faults).message;
  EXPECT_EQ(value(built, "bootstrap.servers"), "broker:9092");
  EXPECT_EQ(value(built, "security.protocol"), "sasl_plaintext");
  EXPECT_EQ(value(built, "sasl.username"), "me");
  EXPECT_EQ(value(built, "enable.idempotence"), "true");
  EXPECT_EQ(value(built, "acks"), "-1");
  EXPECT_EQ(value(built, "fetch.error.backoff.ms"), "500");
}

}  // namespace
}  // namespace strandline::detail

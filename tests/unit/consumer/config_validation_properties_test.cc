#include "faults_of.h"

#include <gtest/gtest.h>

namespace strandline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<ConfigFault> faults_with(const std::string& property) {
  ConsumerConfig config = sound_config();
  config.librdkafka = {{property, "x"}};
  return config.validate();
}

TEST(PropertyFaults, OtherPropertiesPass) {
  ConsumerConfig config = sound_config();
  config.librdkafka = {{"security.protocol", "SASL_SSL"},
                       {"sasl.password", "secret"},
                       {"statistics.interval.ms", "1000"},
                       {"debug", "cgrp"},
                       {"fetch.queue.backoff.ms", "10"},
                       {"socket.timeout.ms", "5000"},
                       {"client.rack", "eu-1"},
                       {"check.crcs", "true"}};
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(PropertyFaults, OursAreRefusedByNameWithTheFieldToUse) {
  const std::pair<const char*, const char*> properties[] = {
      {"bootstrap.servers", "bootstrap_servers"},
      {"metadata.broker.list", "bootstrap_servers"},
      {"group.id", "group_id"},
      {"client.id", "client_id"},
      {"enable.auto.commit", "commit.mode"},
      {"auto.commit.enable", "commit.mode"},
      {"auto.commit.interval.ms", "commit.interval"},
      {"enable.auto.offset.store", "commit.mode"},
      {"auto.offset.reset", "offset_reset"},
      {"isolation.level", "isolation"},
      {"partition.assignment.strategy", "group.assignor"},
      {"group.protocol", "group.protocol"},
      {"group.remote.assignor", "group.remote_assignor"},
      {"group.instance.id", "group.instance_id"},
      {"session.timeout.ms", "group.session_timeout"},
      {"heartbeat.interval.ms", "group.heartbeat_interval"},
      {"max.poll.interval.ms", "group.max_poll_interval"},
      {"max.poll.records", "fetch.batch_records_max"},
      {"queued.min.messages", "fetch.prefetch_records"},
      {"queued.max.messages.kbytes", "fetch.prefetch_bytes"},
      {"fetch.min.bytes", "fetch.bytes_min"},
      {"fetch.max.bytes", "fetch.bytes_max"},
      {"fetch.wait.max.ms", "fetch.wait_max"},
      {"max.partition.fetch.bytes", "fetch.partition_bytes_max"},
      {"fetch.message.max.bytes", "fetch.partition_bytes_max"},
  };
  for (const auto& [property, field] : properties) {
    const auto faults = faults_with(property);
    ASSERT_EQ(faults.size(), 1U) << property;
    EXPECT_EQ(faults[0].field, "librdkafka[\"" + std::string(property) + "\"]");
    EXPECT_THAT(faults[0].hint, testing::HasSubstr(field));
  }
}

TEST(PropertyFaults, SoIsWhatWouldTakeTheFrameworksPlace) {
  for (const char* property :
       {"enable.partition.eof", "rebalance_cb", "offset_commit_cb", "consume_cb", "error_cb",
        "log_cb", "stats_cb", "dr_msg_cb", "opaque", "log.queue", "acks", "enable.idempotence",
        "transactional.id", "default_topic_conf"}) {
    const auto faults = faults_with(property);
    ASSERT_EQ(faults.size(), 1U) << property;
    EXPECT_FALSE(faults[0].hint.empty()) << property;
  }
}

TEST(PropertyFaults, NamesAreNames) {
  for (const char* name : {"", " group.id", "a b", "a=b"}) {
    EXPECT_EQ(faults_with(name).size(), 1U) << name;
  }
}

}  // namespace
}  // namespace strandline

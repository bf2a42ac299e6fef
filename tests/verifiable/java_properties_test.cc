#include "java_properties.h"

#include <gtest/gtest.h>

#include <fstream>

namespace verifiable {
namespace {

using namespace std::chrono_literals;

Properties read(const std::string& text) {
  const std::string file = testing::TempDir() + "verifiable.properties";
  std::ofstream(file) << text;
  return read_java_properties(file);
}

strandline::ConsumerConfig configured(const Properties& properties) {
  strandline::ConsumerConfig config{.bootstrap_servers = "b", .group_id = "g"};
  apply_properties(properties, config);
  return config;
}

TEST(JavaProperties, ReadsAllFormsOfAnEntry) {
  const Properties properties = read(
      "# comment\n! comment\n\n"
      "a=1\n  b = 2 \nc: 3\nd 4\ne\nf=\ng==5\nh\\:i=6\nj=C:\\\\dir\r\nk=7,\\\n   8\n");
  const Properties wanted{{"a", "1"}, {"b", "2 "}, {"c", "3"},   {"d", "4"},       {"e", ""},
                          {"f", ""},  {"g", "=5"}, {"h:i", "6"}, {"j", "C:\\dir"}, {"k", "7,8"}};
  EXPECT_EQ(properties, wanted);
}

TEST(JavaProperties, SetFieldsOfTheirOwn) {
  const auto config = configured({{"heartbeat.interval.ms", "700"},
                                  {"isolation.level", "read_uncommitted"},
                                  {"max.poll.records", "10"},
                                  {"client.id", "me"}});
  EXPECT_EQ(config.group.heartbeat_interval, 700ms);
  EXPECT_EQ(config.isolation, strandline::IsolationLevel::read_uncommitted);
  EXPECT_EQ(config.fetch.batch_records_max, 10U);
  EXPECT_EQ(config.client_id, "me");
  EXPECT_TRUE(config.librdkafka.empty());
}

TEST(JavaProperties, GoToLibrdkafkaUnderTheSameName) {
  const auto config = configured({{"security.protocol", "SSL"}});
  EXPECT_EQ(config.librdkafka.at("security.protocol"), "SSL");
}

TEST(JavaProperties, WhatIsForTheCommandLineOrAJvmIsLeftOut) {
  const auto config = configured({{"group.id", "other"}, {"key.deserializer", "some.Class"}});
  EXPECT_EQ(config.group_id, "g");
  EXPECT_TRUE(config.librdkafka.empty());
}

TEST(JavaProperties, AWrongValueIsAnError) {
  EXPECT_THROW((void)configured({{"max.poll.records", "ten"}}), std::runtime_error);
  EXPECT_THROW((void)configured({{"isolation.level", "any"}}), std::runtime_error);
  EXPECT_THROW((void)read_java_properties("/nonexistent/file"), std::runtime_error);
}

}  // namespace
}  // namespace verifiable

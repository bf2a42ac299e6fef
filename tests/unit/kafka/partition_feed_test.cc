#include "kafka/partition_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace strandline::detail {
namespace {

const TopicPartition kPartition{"orders", PartitionId{3}};

rd_kafka_message_t error_message(rd_kafka_resp_err_t error, std::string& text) {
  rd_kafka_message_t message{};
  message.err = error;
  message.offset = 42;
  message.payload = text.data();
  message.len = text.size();
  return message;
}

TEST(PartitionFeed, RecordsThatTheClientPassesOverEndIt) {
  std::string text = "MessageSet at offset 42 failed CRC32C check";
  const ClientError error = error_of(error_message(RD_KAFKA_RESP_ERR__BAD_MSG, text), kPartition);
  EXPECT_TRUE(error.fatal);
  EXPECT_EQ(error.partition, kPartition);
  EXPECT_THAT(error.error.message,
              testing::AllOf(testing::HasSubstr("orders[3]@42"), testing::HasSubstr(text)));
}

TEST(PartitionFeed, AnErrorThatPassesNothingOverDoesNot) {
  std::string text = "not the leader";
  EXPECT_FALSE(
      error_of(error_message(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, text), kPartition).fatal);
}

}  // namespace
}  // namespace strandline::detail

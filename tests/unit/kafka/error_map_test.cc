#include "kafka/error_map.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

TEST(ErrorMap, NamesWhatUsersActOn) {
  EXPECT_EQ(to_error_code(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN), ErrorCode::broker_unreachable);
  EXPECT_EQ(to_error_code(RD_KAFKA_RESP_ERR__AUTHENTICATION), ErrorCode::authentication);
  EXPECT_EQ(to_error_code(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED), ErrorCode::authorization);
  EXPECT_EQ(to_error_code(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), ErrorCode::unknown_topic);
  EXPECT_EQ(to_error_code(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET), ErrorCode::offset_out_of_range);
  EXPECT_EQ(to_error_code(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID), ErrorCode::fenced);
  EXPECT_EQ(to_error_code(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID), ErrorCode::not_assigned);
  EXPECT_EQ(to_error_code(RD_KAFKA_RESP_ERR__QUEUE_FULL), ErrorCode::timed_out);
  EXPECT_EQ(to_error_code(RD_KAFKA_RESP_ERR__FAIL), ErrorCode::internal);
}

TEST(ErrorMap, SaysWhereWhatAndWhatToDo) {
  const Error error = to_error(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "orders[3]");
  EXPECT_EQ(error.code, ErrorCode::authorization);
  EXPECT_EQ(error.message.find("orders[3]: "), 0U);
  EXPECT_NE(error.message.find("TOPIC_AUTHORIZATION_FAILED"), std::string::npos);
  EXPECT_NE(error.message.find("; grant"), std::string::npos);
}

TEST(ErrorMap, PrefersTheDetailToTheGeneralText) {
  const Error error = to_error(RD_KAFKA_RESP_ERR__TRANSPORT, "", "connect to broker:9092 failed");
  EXPECT_EQ(error.message.find("connect to broker:9092 failed (_TRANSPORT)"), 0U);
}

TEST(ErrorMap, SpecialCasesHaveTheirOwnAdvice) {
  EXPECT_NE(to_error(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, "").message.find("max_poll_interval"),
            std::string::npos);
  EXPECT_NE(to_error(RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, "").message.find("assignor"),
            std::string::npos);
}

TEST(ErrorMap, TellsWhatMendsItselfFromWhatDoesNot) {
  for (const auto error :
       {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT}) {
    EXPECT_TRUE(is_mended_by_client(error)) << rd_kafka_err2name(error);
  }
  for (const auto error :
       {RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR__BAD_MSG}) {
    EXPECT_FALSE(is_mended_by_client(error)) << rd_kafka_err2name(error);
  }
}

TEST(ErrorMap, DamagedRecordsAreNeverPassedBySilently) {
  EXPECT_TRUE(skips_records(RD_KAFKA_RESP_ERR__BAD_MSG));
  EXPECT_TRUE(skips_records(RD_KAFKA_RESP_ERR__BAD_COMPRESSION));
  EXPECT_TRUE(skips_records(RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED));
  EXPECT_FALSE(skips_records(RD_KAFKA_RESP_ERR__TRANSPORT));
}

}  // namespace
}  // namespace strandline::detail

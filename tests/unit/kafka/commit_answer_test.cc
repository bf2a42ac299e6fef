#include "kafka/commit_answer.h"

#include "kafka/error_map.h"
#include "kafka/partition_list.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

Error error_of(const CommittedOffset& answer) {
  return answer.error.value_or(Error{ErrorCode::internal, "no error"});
}

TopicPartition orders(std::int32_t partition) { return {"orders", PartitionId{partition}}; }

PartitionListHandle answered(std::initializer_list<rd_kafka_resp_err_t> errors) {
  PartitionListHandle list = new_list(errors.size());
  std::int32_t partition = 0;
  for (const rd_kafka_resp_err_t error : errors) {
    rd_kafka_topic_partition_t& element = add(*list, orders(partition));
    element.offset = 100 + partition++;
    element.err = error;
  }
  return list;
}

TEST(CommitAnswer, SuccessKeepsTheOffsets) {
  const auto list = answered({RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_NO_ERROR});
  const auto answer = to_commit_answer(RD_KAFKA_RESP_ERR_NO_ERROR, list.get());
  ASSERT_EQ(answer.size(), 2U);
  EXPECT_EQ(answer[1].partition, orders(1));
  EXPECT_EQ(answer[1].offset, Offset{101});
  EXPECT_FALSE(answer[0].error || answer[1].error);
}

TEST(CommitAnswer, AnErrorOfTheRequestIsEachPartitions) {
  const auto list = answered({RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_NO_ERROR});
  for (const auto& one : to_commit_answer(RD_KAFKA_RESP_ERR__TIMED_OUT, list.get())) {
    ASSERT_TRUE(one.error);
    EXPECT_EQ(error_of(one).code, ErrorCode::commit_failed);
    EXPECT_NE(error_of(one).message.find(to_string(one.partition)), std::string::npos);
  }
}

TEST(CommitAnswer, AnErrorOfOnePartitionIsItsOwn) {
  const auto list =
      answered({RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  const auto answer = to_commit_answer(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, list.get());
  EXPECT_FALSE(answer[0].error);
  ASSERT_TRUE(answer[1].error);
  EXPECT_EQ(error_of(answer[1]).code, ErrorCode::authorization);
}

TEST(CommitAnswer, NothingToCommitIsSuccess) {
  const auto whole = answered({RD_KAFKA_RESP_ERR_NO_ERROR});
  EXPECT_FALSE(to_commit_answer(RD_KAFKA_RESP_ERR__NO_OFFSET, whole.get())[0].error);
  const auto single = answered({RD_KAFKA_RESP_ERR__NO_OFFSET});
  EXPECT_FALSE(to_commit_answer(RD_KAFKA_RESP_ERR__NO_OFFSET, single.get())[0].error);
}

TEST(CommitAnswer, NoListIsNoAnswer) {
  EXPECT_TRUE(to_commit_answer(RD_KAFKA_RESP_ERR__DESTROY, nullptr).empty());
}

TEST(CommitAnswer, WhatARepetitionMayMendIsRetriable) {
  for (const auto error : {kStaleMemberEpoch, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
                           RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR__WAIT_COORD,
                           RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE}) {
    EXPECT_EQ(to_commit_error(error, "orders[0]").code, ErrorCode::commit_failed);
  }
  for (const auto error :
       {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
        RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED}) {
    EXPECT_FALSE(to_commit_error(error, "orders[0]").is_retriable());
  }
}

TEST(CommitAnswer, TellsWhatNoRepetitionMendsWhileARevokeWaits) {
  for (const auto error :
       {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
        RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, kFencedMemberEpoch}) {
    EXPECT_TRUE(to_commit_answer(error, answered({error}).get())[0].membership_over);
  }
  for (const auto error : {kStaleMemberEpoch, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
                           RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_NO_ERROR}) {
    EXPECT_FALSE(to_commit_answer(error, answered({error}).get())[0].membership_over);
  }
}

}  // namespace
}  // namespace strandline::detail

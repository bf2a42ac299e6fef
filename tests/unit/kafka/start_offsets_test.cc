#include "kafka/start_offsets.h"

#include <gtest/gtest.h>

#include <array>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

TopicPartition orders(std::int32_t partition) { return {"orders", PartitionId{partition}}; }

class StartOffsetsTest : public ::testing::Test {
 protected:
  // Without brokers: only a look-up by time would want one.
  StartOffsetsTest() : client(rd_kafka_new(RD_KAFKA_CONSUMER, rd_kafka_conf_new(), nullptr, 0)) {}
  ClientHandle client;
};

TEST_F(StartOffsetsTest, SpeaksLibrdkafkasLanguage) {
  const std::vector<AssignedPartition> assignment = {{orders(0), StartOffset::committed()},
                                                     {orders(1), StartOffset::beginning()},
                                                     {orders(2), StartOffset::end()},
                                                     {orders(3), StartOffset::at(Offset{42})}};
  const auto offsets = resolve_start_offsets(*client, assignment, 1ms);
  ASSERT_TRUE(offsets.has_value());
  EXPECT_EQ(*offsets, (StartOffsets{{orders(0), RD_KAFKA_OFFSET_STORED},
                                    {orders(1), RD_KAFKA_OFFSET_BEGINNING},
                                    {orders(2), RD_KAFKA_OFFSET_END},
                                    {orders(3), 42}}));
}

TEST_F(StartOffsetsTest, ATimeThatCannotBeLookedUpIsAnError) {
  const std::vector<AssignedPartition> assignment = {{orders(0), StartOffset::at(1000ms)}};
  const auto offsets = resolve_start_offsets(*client, assignment, 1ms);
  ASSERT_FALSE(offsets.has_value());
  EXPECT_NE(offsets.error().message.find("by time"), std::string::npos);
}

}  // namespace
}  // namespace strandline::detail

#include <strandline/record.h>

#include "support/fake_message.h"

#include <gtest/gtest.h>

namespace strandline {
namespace {

using test::FakeMessage;

TEST(Record, IsNamedByTopicPartitionAndOffset) {
  const FakeMessage message;
  const Record record(message.fields());
  EXPECT_EQ(to_string(record), "orders[3]@42");
}

TEST(Record, ShowsWhatTheMessageHolds) {
  const FakeMessage message;
  const Record record(message.fields());
  EXPECT_EQ(record.key(), "key");
  EXPECT_EQ(record.value(), "value");
  EXPECT_TRUE(record.has_key());
  EXPECT_FALSE(record.is_tombstone());
  EXPECT_EQ(record.timestamp().type, TimestampType::create_time);
}

TEST(Record, CopyOwnsEverything) {
  OwnedRecord owned;
  {
    FakeMessage message;
    message.headers = {{"trace", "1"}, {"trace", "2"}, {"empty", ""}, {"null", std::nullopt}};
    owned = Record(message.fields()).copy();
  }
  EXPECT_EQ(owned.topic, "orders");
  EXPECT_EQ(owned.partition, PartitionId{3});
  EXPECT_EQ(owned.offset, Offset{42});
  EXPECT_EQ(owned.timestamp.since_epoch, std::chrono::milliseconds(1000));
  EXPECT_EQ(owned.key, "key");
  EXPECT_EQ(owned.value, "value");
  ASSERT_EQ(owned.headers.size(), 4U);
  EXPECT_EQ(owned.headers[0].second, "1");
  EXPECT_EQ(owned.headers[1].second, "2");
  EXPECT_EQ(owned.headers[2].second, "");
  EXPECT_EQ(owned.headers[3].second, std::nullopt);
}

TEST(Record, CopyTellsNullFromEmpty) {
  FakeMessage message;
  message.key = "";
  message.value = "";
  const OwnedRecord empty = Record(message.fields()).copy();
  EXPECT_EQ(empty.key, "");
  EXPECT_EQ(empty.value, "");

  message.key.reset();
  message.value.reset();
  const Record record(message.fields());
  const OwnedRecord null = record.copy();
  EXPECT_EQ(null.key, std::nullopt);
  EXPECT_EQ(null.value, std::nullopt);
  EXPECT_FALSE(record.has_key());
  EXPECT_TRUE(record.is_tombstone());
  EXPECT_EQ(record.key(), "");
}

TEST(Record, LastHeaderOfANameWins) {
  FakeMessage message;
  message.headers = {{"trace", "1"}, {"other", "x"}, {"trace", "2"}};
  const Record record(message.fields());
  const std::optional<Header> last = record.headers().last("trace");
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last.value_or(Header{}).value, "2");
  EXPECT_FALSE(record.headers().last("absent"));
  int seen = 0;
  const Headers headers = record.headers();
  for (const Header& header : headers) seen += header.name == "trace" ? 1 : 0;
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace strandline

#include "retry/dead_letter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace strandline::detail {
namespace {

using testing::ElementsAre;
using testing::Pair;
using StoredHeader = std::pair<std::string, std::optional<std::string>>;

struct StoredMessage {
  Timestamp timestamp;
  std::vector<StoredHeader> headers;
};

class StoredAccess final : public MessageAccess {
 public:
  [[nodiscard]] Timestamp timestamp(const void* message) const override {
    return of(message).timestamp;
  }
  [[nodiscard]] std::size_t header_count(const void* message) const override {
    return of(message).headers.size();
  }
  [[nodiscard]] RawHeader header(const void* message, std::size_t index) const override {
    const auto& [name, value] = of(message).headers[index];
    return value ? RawHeader{name, *value, false} : RawHeader{name, {}, true};
  }

 private:
  static const StoredMessage& of(const void* message) {
    return *static_cast<const StoredMessage*>(message);
  }
};

class DeadLetterOf : public testing::Test {
 protected:
  [[nodiscard]] RecordFields fields(const char* key, const char* value) const {
    const auto size = [](const char* text) { return text != nullptr ? std::strlen(text) : 0; };
    return {key, size(key), value, size(value), 42, &partition_, &message, &access_};
  }
  static std::optional<std::string> last(const DeadLetter& letter, std::string_view name) {
    const auto found =
        std::find_if(letter.headers.rbegin(), letter.headers.rend(),
                     [&](const StoredHeader& header) { return header.first == name; });
    return found == letter.headers.rend() ? std::nullopt : found->second;
  }

  StoredMessage message{{TimestampType::create_time, std::chrono::milliseconds(1234)}, {}};

 private:
  TopicPartition partition_{"orders", PartitionId{3}};
  StoredAccess access_;
};

TEST_F(DeadLetterOf, SaysWhereItComesFromAndWhy) {
  const Record record{fields("k", "v")};
  const DeadLetter letter = make_dead_letter(record, {"bad date", {}, {}}, 5);
  EXPECT_EQ(letter.key, "k");
  EXPECT_EQ(letter.value, "v");
  EXPECT_THAT(letter.headers, ElementsAre(Pair("strandline.origin.topic", "orders"),
                                          Pair("strandline.origin.partition", "3"),
                                          Pair("strandline.origin.offset", "42"),
                                          Pair("strandline.origin.timestamp", "1234"),
                                          Pair("strandline.origin.timestamp_type", "create_time"),
                                          Pair("strandline.failure.attempts", "5"),
                                          Pair("strandline.failure.reason", "bad date")));
}

TEST_F(DeadLetterOf, CopiesNeitherKeyNorValue) {
  const Record record{fields("k", "v")};
  const DeadLetter letter = make_dead_letter(record, {"", {}, {}}, 1);
  EXPECT_EQ(letter.key->data(), record.key().data());
  EXPECT_EQ(letter.value->data(), record.value().data());
}

TEST_F(DeadLetterOf, TellsNullFromEmpty) {
  const Record nothing{fields(nullptr, nullptr)};
  EXPECT_EQ(make_dead_letter(nothing, {"", {}, {}}, 1).key, std::nullopt);
  EXPECT_EQ(make_dead_letter(nothing, {"", {}, {}}, 1).value, std::nullopt);
  const Record empty{fields("", "")};
  EXPECT_EQ(make_dead_letter(empty, {"", {}, {}}, 1).key, "");
  EXPECT_EQ(make_dead_letter(empty, {"", {}, {}}, 1).value, "");
}

TEST_F(DeadLetterOf, KeepsEveryHeaderInOrder) {
  message.headers = {{"a", "1"}, {"b", std::nullopt}, {"a", "2"}, {"", ""}};
  const Record record{fields("k", "v")};
  const DeadLetter letter = make_dead_letter(record, {"", {}, {}}, 1);
  ASSERT_EQ(letter.headers.size(), 4U + 7U);
  EXPECT_TRUE(std::equal(message.headers.begin(), message.headers.end(), letter.headers.begin()));
}

TEST_F(DeadLetterOf, KeepsTheTimestamp) {
  message.timestamp = {TimestampType::log_append_time, std::chrono::milliseconds(99)};
  const Record record{fields("k", "v")};
  const DeadLetter letter = make_dead_letter(record, {"", {}, {}}, 1);
  EXPECT_EQ(letter.timestamp.type, TimestampType::log_append_time);
  EXPECT_EQ(letter.timestamp.since_epoch, std::chrono::milliseconds(99));
  EXPECT_EQ(last(letter, dead_letter_header::kTimestampType), "log_append_time");
}

TEST_F(DeadLetterOf, SaysNothingOfATimestampThatThereIsNot) {
  message.timestamp = {};
  const Record record{fields("k", "v")};
  const DeadLetter letter = make_dead_letter(record, {"", {}, {}}, 1);
  EXPECT_EQ(letter.timestamp.type, TimestampType::not_available);
  EXPECT_EQ(last(letter, dead_letter_header::kTimestamp), std::nullopt);
  EXPECT_EQ(last(letter, dead_letter_header::kTimestampType), std::nullopt);
}

TEST_F(DeadLetterOf, ADeadLetterThatFailsAgainTellsOfTheLastFailureAndKeepsTheFirst) {
  message.headers = {{"strandline.origin.topic", "first"}, {"strandline.failure.reason", "old"}};
  const Record record{fields("k", "v")};
  const DeadLetter letter = make_dead_letter(record, {"new", {}, {}}, 1);
  EXPECT_EQ(letter.headers.front().second, "first");
  EXPECT_EQ(last(letter, dead_letter_header::kTopic), "orders");
  EXPECT_EQ(last(letter, dead_letter_header::kReason), "new");
}

TEST_F(DeadLetterOf, KeepsALongReasonShort) {
  const Record record{fields("k", "v")};
  const DeadLetter letter = make_dead_letter(record, {std::string(100'000, 'x'), {}, {}}, 1);
  EXPECT_EQ(last(letter, dead_letter_header::kReason)->size(), kReasonBytesMax);
}

TEST(Truncated, LeavesAShortTextAlone) {
  EXPECT_EQ(truncated("", 3), "");
  EXPECT_EQ(truncated("abcdef", 6), "abcdef");
  EXPECT_EQ(truncated("abcdefg", 6), "abc...");
  EXPECT_EQ(truncated("abcdefg", 3), "...");
}

TEST(Truncated, DoesNotCutThroughACharacter) {
  EXPECT_EQ(truncated("a€€", 6), "a...");  // '€' has three bytes
  EXPECT_EQ(truncated("€€€", 6), "€...");
  EXPECT_EQ(truncated("€€€", 8), "€...");
  EXPECT_EQ(truncated("\x80\x80\x80\x80\x80\x80\x80", 5), "...");  // no text at all
}

}  // namespace
}  // namespace strandline::detail

// Exact partitions with a start of one's own, and where a group without a position starts.

#include <strandline/strandline.h>

#include "support/cluster_fixture.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace strandline::testing {
namespace {

constexpr int kRecords = 100;  // in each partition

class AssignmentTest : public ClusterTest {
 protected:
  [[nodiscard]] ConsumerConfig assigned(StartOffset start) const {
    ConsumerConfig settings = config();
    settings.topics.clear();
    settings.assignment = {{orders(0), start}, {orders(2), start}};
    return settings;
  }
  /// One record at a time, until the consumer that starts at the end has seen one.
  [[nodiscard]] bool produce_until_seen() {
    return eventually([&] {
      for (std::int32_t p = 0; p < partitions; ++p) cluster.produce(kTopic, numbered(1, p));
      return journal.size() > 0;
    });
  }

  Journal journal;
};

TEST_F(AssignmentTest, FromTheBeginningOfExactlyThesePartitions) {
  fill(kRecords);
  LiveConsumer consumer(assigned(StartOffset::beginning()),
                        [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(journal.wait_for(2 * kRecords));
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  auto offsets = journal.offsets();
  EXPECT_EQ(offsets.size(), 2U);
  EXPECT_EQ(offsets[orders(0)], up_to(kRecords));
  EXPECT_EQ(offsets[orders(2)], up_to(kRecords));
  EXPECT_EQ(committed(0), kRecords);
  EXPECT_EQ(committed(1), -1);
  EXPECT_EQ(committed(2), kRecords);
  EXPECT_EQ(summary.partitions.size(), 2U);
}

TEST_F(AssignmentTest, FromAnOffset) {
  fill(kRecords);
  LiveConsumer consumer(assigned(StartOffset::at(Offset{70})),
                        [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(journal.wait_for(2 * 30));
  consumer.stop();
  EXPECT_EQ(journal.offsets()[orders(0)].front(), 70);
  EXPECT_EQ(journal.size(), 60U);
  EXPECT_EQ(committed(0), kRecords);
}

TEST_F(AssignmentTest, FromWhatTheGroupHasCommitted) {
  fill(kRecords);
  {
    LiveConsumer first(assigned(StartOffset::at(Offset{40})),
                       [&](const Record& record) { journal.write(record); });
    EXPECT_TRUE(journal.wait_for(2 * 60));
    first.stop();
  }
  fill(kRecords);
  Journal second_journal;
  LiveConsumer second(assigned(StartOffset::committed()),
                      [&](const Record& record) { second_journal.write(record); });
  EXPECT_TRUE(second_journal.wait_for(2 * kRecords));
  second.stop();
  EXPECT_EQ(second_journal.offsets()[orders(0)].front(), kRecords);
  EXPECT_EQ(second_journal.size(), 2U * kRecords);
}

TEST_F(AssignmentTest, FromTheEnd) {
  fill(kRecords);
  LiveConsumer consumer(assigned(StartOffset::end()),
                        [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(produce_until_seen());
  consumer.stop();
  for (const auto& [partition, offsets] : journal.offsets()) {
    EXPECT_GE(offsets.front(), kRecords) << to_string(partition);
  }
}

TEST_F(AssignmentTest, FromATimestamp) {
  fill(kRecords);
  // A consumer of a future moment starts at the end, whatever is there already.
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto later = std::chrono::duration_cast<std::chrono::milliseconds>(now) + 24h;
  LiveConsumer consumer(assigned(StartOffset::at(later)),
                        [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(produce_until_seen());
  consumer.stop();
  for (const auto& [partition, offsets] : journal.offsets()) {
    EXPECT_GE(offsets.front(), kRecords) << to_string(partition);
  }
}

class ResetTest : public AssignmentTest {};

TEST_F(ResetTest, EarliestReadsAll) {
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.offset_reset = OffsetReset::earliest;
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(partitions * kRecords)));
  consumer.stop();
  EXPECT_TRUE(each_once(journal));
}

TEST_F(ResetTest, LatestSkipsWhatIsThere) {
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.offset_reset = OffsetReset::latest;
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(produce_until_seen());
  consumer.stop();
  for (const auto& [partition, offsets] : journal.offsets()) {
    EXPECT_GE(offsets.front(), kRecords) << to_string(partition);
  }
}

TEST_F(ResetTest, NoneStopsAndNamesThePartitions) {
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.offset_reset = OffsetReset::none;
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  const RunSummary summary = consumer.join();
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error->code, ErrorCode::offset_out_of_range);
  for (std::int32_t p = 0; p < partitions; ++p) {
    EXPECT_NE(summary.error->message.find(to_string(orders(p))), std::string::npos)
        << summary.error->message;
  }
  EXPECT_EQ(journal.size(), 0U);
  EXPECT_EQ(committed(0), -1);
}

TEST_F(ResetTest, AnOffsetPastTheEndIsOutOfRange) {
  fill(kRecords);
  ConsumerConfig settings = assigned(StartOffset::at(Offset{1'000'000}));
  settings.offset_reset = OffsetReset::none;
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  const RunSummary summary = consumer.join();
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error->code, ErrorCode::offset_out_of_range);
  EXPECT_EQ(journal.size(), 0U);
}

}  // namespace
}  // namespace strandline::testing

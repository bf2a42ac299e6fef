// The numbers a consumer gives of itself add up.

#include <strandline/strandline.h>

#include "support/cluster_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace strandline::testing {
namespace {

constexpr int kRecords = 200;  // in each partition

class StatsTest : public ClusterTest {};

TEST_F(StatsTest, BeforeAnythingHasRun) {
  const Consumer consumer(config());
  const Stats stats = consumer.stats();
  EXPECT_EQ(stats.state, State::created);
  EXPECT_EQ(consumer.state(), State::created);
  EXPECT_EQ(stats.group_id, kGroup);
  EXPECT_EQ(stats.client_id, "strandline");
  EXPECT_EQ(stats.total().polled, 0U);
}

TEST_F(StatsTest, WhileItRunsAndAfterwards) {
  fill(kRecords);
  const auto all = static_cast<std::uint64_t>(partitions * kRecords);
  Journal journal;
  LiveConsumer consumer(config(), [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(eventually([&] {
    const InstanceStats total = consumer.total();
    std::int64_t lag = 0;
    for (const PartitionStats& partition : total.partitions) {
      lag += partition.lag;
      if (partition.committed != Offset{kRecords}) return false;
    }
    return total.processed == all && lag == 0 && total.in_flight == 0 &&
           total.partitions.size() == static_cast<std::size_t>(partitions);
  }));
  const Stats running = consumer->stats();
  EXPECT_EQ(running.state, State::running);
  EXPECT_EQ(running.workers, 4U);
  EXPECT_EQ(running.total().in_flight_bytes, 0U);
  EXPECT_EQ(running.total().runs_out, 0U);

  const RunSummary summary = consumer.stop();
  EXPECT_EQ(summary.stats.state, State::closed);
  EXPECT_EQ(consumer->state(), State::closed);
  EXPECT_EQ(consumer->stats().state, State::closed);
  const InstanceStats total = summary.stats.total();
  EXPECT_EQ(total.polled, all);
  EXPECT_EQ(total.processed, all);
  EXPECT_GE(total.polled_bytes, all);
  EXPECT_EQ(total.failed + total.retries + total.dropped + total.dead_lettered, 0U);
  EXPECT_EQ(total.duplicates_filtered, 0U);
  EXPECT_GE(total.commits_ok, 1U);
  EXPECT_EQ(total.commits_failed, 0U);
  EXPECT_EQ(total.residence.total, all);
  EXPECT_EQ(total.handler.total, all);
  EXPECT_EQ(total.queue_wait.total, all);
  EXPECT_GE(total.delivery.total, static_cast<std::uint64_t>(partitions));
  EXPECT_EQ(total.in_flight, 0U);
  EXPECT_EQ(consumer->stats().total().processed, all);

  ASSERT_EQ(summary.partitions.size(), static_cast<std::size_t>(partitions));
  std::uint64_t processed = 0;
  for (const PartitionStats& partition : summary.partitions) {
    processed += partition.processed;
    EXPECT_EQ(partition.commit_position, Offset{kRecords});
    EXPECT_EQ(partition.committed, Offset{kRecords});
    EXPECT_EQ(partition.highest_completed, Offset{kRecords - 1});
    EXPECT_EQ(partition.highest_seen, Offset{kRecords - 1});
    EXPECT_EQ(partition.in_flight, 0U);
  }
  EXPECT_EQ(processed, all);
}

TEST_F(StatsTest, LagIsKnownThoughNothingIsRead) {
  // Nothing is committed of partition 2, which is empty; the others are read to their ends.
  cluster.produce(kTopic, numbered(kRecords, 0));
  cluster.produce(kTopic, numbered(kRecords, 1));
  Journal journal;
  LiveConsumer former(config(), [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(2 * kRecords)));
  former.stop();
  LiveConsumer consumer(config(), [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(eventually([&] {
    const InstanceStats total = consumer.total();
    return total.partitions.size() == static_cast<std::size_t>(partitions) &&
           std::ranges::all_of(total.partitions, [](const auto& one) { return one.lag == 0; });
  }));
  EXPECT_EQ(consumer.total().polled, 0U);
  EXPECT_TRUE(consumer.stop().ok());
}

TEST_F(StatsTest, TheWatchdogNamesTheRecordThatHoldsThePosition) {
  fill(3);
  ConsumerConfig settings = config();
  settings.watchdog.stuck_after = std::chrono::milliseconds(100);
  Door door;
  Journal journal;
  LiveConsumer consumer(settings, [&](const Record& record) {
    if (record.partition() == PartitionId{1}) door.wait();
    journal.write(record);
  });
  // All of it in one snapshot: on a slow machine another record may be the first that is named.
  EXPECT_TRUE(eventually([&] {
    const InstanceStats total = consumer.total();
    return total.stuck_reported >= 1 &&
           std::ranges::any_of(total.partitions, [&](const PartitionStats& one) {
             return one.partition == orders(1) && one.oldest_unfinished == Offset{0} &&
                    one.oldest_age >= settings.watchdog.stuck_after && one.in_flight == 3 &&
                    one.lag == 3;
           });
  }));
  door.open();
  EXPECT_TRUE(journal.wait_for(9));
  consumer.stop();
  EXPECT_TRUE(all_committed());
}

}  // namespace
}  // namespace strandline::testing

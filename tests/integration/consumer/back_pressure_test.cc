// Handlers slower than the broker: what is in flight stays within its limits, and goes on
// afterwards.

#include <strandline/strandline.h>

#include "support/cluster_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace strandline::testing {
namespace {

class BackPressureTest : public ClusterTest {
 protected:
  /// Looks at the statistics until `done`, and keeps the highest of what was in flight.
  template <class Done>
  [[nodiscard]] bool watch(LiveConsumer& consumer, Done done) {
    return eventually([&] {
      const InstanceStats total = consumer.total();
      records_high = std::max(records_high, total.in_flight);
      bytes_high = std::max(bytes_high, total.in_flight_bytes);
      for (const PartitionStats& partition : total.partitions) {
        partition_high = std::max(partition_high, partition.in_flight);
      }
      return done(total);
    });
  }

  Journal journal;
  Door door;
  std::size_t records_high = 0;
  std::size_t bytes_high = 0;
  std::size_t partition_high = 0;
};

TEST_F(BackPressureTest, RecordsInFlightStayWithinTheLimits) {
  constexpr int kRecords = 1'000;
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.in_flight.records_max_per_partition = 50;
  settings.in_flight.records_max = 100;
  settings.fetch.batch_records_max = 20;
  LiveConsumer consumer(settings, [&](const Record& record) {
    door.wait();
    journal.write(record);
  });
  EXPECT_TRUE(watch(consumer, [](const InstanceStats& total) { return total.gated; }));
  door.open();
  EXPECT_TRUE(watch(consumer, [&](const InstanceStats& total) {
    return total.processed == static_cast<std::uint64_t>(partitions * kRecords);
  }));
  EXPECT_LE(records_high, 100U + 20U);
  EXPECT_GE(records_high, 70U);
  EXPECT_LE(partition_high, 50U + 20U);
  consumer.stop();
  EXPECT_TRUE(each_once(journal));
  EXPECT_TRUE(all_committed());
}

TEST_F(BackPressureTest, BytesInFlightStayWithinTheLimits) {
  constexpr std::size_t kMegabyte = 1'000'000;
  constexpr int kRecords = 4;  // the mock cluster keeps 5 MB of a partition
  const auto fill_with_large = [&](std::int32_t partition) {
    for (int i = 0; i < kRecords; ++i) {
      cluster.produce(kTopic, {{.value = std::string(kMegabyte, 'x'), .partition = partition}});
    }
  };
  ConsumerConfig settings = config();
  settings.in_flight.bytes_max_per_partition = kMegabyte * 3 / 2;
  settings.in_flight.bytes_max = kMegabyte * 3 / 2;
  settings.fetch.batch_records_max = 1;
  Door second_door;
  LiveConsumer consumer(settings, [&](const Record& record) {
    const bool early = record.partition() == PartitionId{0} && record.offset() < Offset{2};
    (early ? door : second_door).wait();
    journal.write(record);
  });
  fill_with_large(0);
  EXPECT_TRUE(watch(consumer, [](const InstanceStats& total) { return total.gated; }));
  // While the gate is closed the other partitions' records arrive: all are ready when it opens.
  fill_with_large(1);
  fill_with_large(2);
  EXPECT_TRUE(watch(consumer, [](const InstanceStats& total) {
    return std::ranges::all_of(total.partitions, [](const PartitionStats& partition) {
      return partition.high_watermark == Offset{kRecords};
    });
  }));
  door.open();
  EXPECT_TRUE(journal.wait_for(2));
  EXPECT_TRUE(second_door.wait_for_visitors(1));
  EXPECT_TRUE(watch(consumer, [](const InstanceStats& total) { return total.gated; }));
  second_door.open();
  EXPECT_TRUE(watch(consumer, [&](const InstanceStats& total) {
    return total.processed == static_cast<std::uint64_t>(partitions * kRecords);
  }));
  EXPECT_LE(bytes_high, kMegabyte * 3 / 2 + kMegabyte + 1'000) << "the limit and one batch";
  consumer.stop();
  EXPECT_TRUE(each_once(journal));
  EXPECT_TRUE(all_committed());
}

TEST_F(BackPressureTest, OneFullPartitionDoesNotHoldTheOthers) {
  constexpr int kRecords = 500;
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.in_flight.records_max_per_partition = 50;
  settings.fetch.batch_records_max = 20;
  LiveConsumer consumer(settings, [&](const Record& record) {
    if (record.partition() == PartitionId{0}) door.wait();
    journal.write(record);
  });
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>((partitions - 1) * kRecords)));
  EXPECT_FALSE(journal.offsets().contains(orders(0)));
  EXPECT_TRUE(watch(consumer, [](const InstanceStats& total) {
    return std::ranges::any_of(total.partitions,
                               [](const PartitionStats& partition) { return partition.gated; });
  }));
  door.open();
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(partitions * kRecords)));
  consumer.stop();
  EXPECT_TRUE(each_once(journal));
}

TEST_F(BackPressureTest, AsynchronousCallsStayWithinTheirLimit) {
  constexpr int kRecords = 200;
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.order = Ordering::none;
  settings.async_max = 30;
  std::mutex mutex;
  std::vector<Completion> open;
  std::size_t high = 0;
  LiveConsumer consumer(settings, [&](const Record& record, Completion completion) {
    journal.write(record);
    const std::scoped_lock lock(mutex);
    open.push_back(std::move(completion));
    high = std::max(high, open.size());
  });
  const auto all = static_cast<std::size_t>(partitions * kRecords);
  EXPECT_TRUE(eventually([&] {
    std::vector<Completion> some;
    {
      const std::scoped_lock lock(mutex);
      // Only when it is full, or there is nothing more to come.
      if (open.size() == 30 || journal.size() == all) some.swap(open);
    }
    for (Completion& completion : some) std::move(completion).done();
    return consumer.total().processed == all;
  }));
  EXPECT_EQ(high, 30U);
  consumer.stop();
  EXPECT_TRUE(each_once(journal));
}

}  // namespace
}  // namespace strandline::testing

#include "consumer/instance.h"

#include <strandline/log.h>

#include "consumer/instance_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

TEST(Instance, WhatASlowRunGivesBackGoesOutInTheSameTurn) {
  ConsumerConfig config = instance_config();
  config.order = Ordering::none;
  InstanceRig* poller = nullptr;
  InstanceRig rig(config, [&](const Record& record) {
    if (record.offset() != Offset{0}) return;
    for (const auto time : {5ms, 5ms, 11ms}) {
      EXPECT_THAT(poller->jobs, IsEmpty());
      poller->clock.advance(time);
      poller->turn();
    }
    EXPECT_THAT(poller->jobs, Not(IsEmpty())) << "another worker is idle";
  });
  poller = &rig;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 20);
  rig.settle();
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().processed, 20U);
}

TEST(Instance, RefusedBeforeAnythingWasReadEndsARunOnExactPartitions) {
  ConsumerConfig config = instance_config();
  config.topics.clear();
  config.assignment = {{orders(0)}};
  const detail::ClientError refused{{ErrorCode::authentication, "SASL: wrong password"}, {}, false};
  InstanceRig rig(config, ignore);
  rig.broker.assign({orders(0)});
  rig.settle();
  rig.broker.error(refused);
  rig.settle();
  EXPECT_FALSE(rig.instance().closed()) << "a broker that was restarted, perhaps";
  rig.broker.high = Offset{};
  rig.broker.error(refused);
  rig.settle();
  EXPECT_TRUE(rig.instance().closed());
  ASSERT_TRUE(rig.summary().error);
  EXPECT_EQ(rig.summary().error->code, ErrorCode::authentication);
}

TEST(Instance, AFailureThatStopsCommitsUpToTheRecord) {
  ConsumerConfig config = instance_config();
  config.failure.attempts_max = 1;
  InstanceRig rig(config, [](const Record& record) {
    if (record.offset() == Offset{3}) throw std::runtime_error("bad date");
  });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  EXPECT_TRUE(rig.instance().closed());
  const RunSummary summary = rig.summary();
  ASSERT_TRUE(summary.error);
  EXPECT_EQ(summary.error->code, ErrorCode::handler_failed);
  EXPECT_THAT(summary.error->message, HasSubstr("orders[0]@3"));
  EXPECT_EQ(rig.broker.committed.at(orders(0)), Offset{3});
}

TEST(Instance, MissingOffsetsAreNamedTogether) {
  ConsumerConfig config = instance_config();
  config.offset_reset = OffsetReset::none;
  InstanceRig rig(config, ignore);
  rig.broker.assign({orders(0), orders(1)});
  rig.turn();
  for (const int number : {0, 1}) {
    rig.broker.error({{ErrorCode::offset_out_of_range, "no offset"}, orders(number), false});
    rig.turn();
  }
  rig.pass(200ms);
  rig.pass(200ms);
  EXPECT_TRUE(rig.instance().closed());
  ASSERT_TRUE(rig.summary().error);
  EXPECT_THAT(rig.summary().error->message, HasSubstr("orders[0], orders[1]"));
}

TEST(Instance, RefusalBeforeTheFirstAssignmentEndsIt) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.error({{ErrorCode::authentication, "SASL refused"}, std::nullopt, false});
  rig.settle();
  EXPECT_TRUE(rig.instance().closed());
  EXPECT_EQ(rig.summary().error->code, ErrorCode::authentication);
}

TEST(Instance, AClientThatIsFinishedEndsTheRun) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0)});
  rig.settle();
  rig.broker.error({{ErrorCode::fenced, "another one has the instance id"}, std::nullopt, true});
  rig.settle();
  EXPECT_TRUE(rig.instance().closed());
  ASSERT_TRUE(rig.summary().error);
  EXPECT_EQ(rig.summary().error->code, ErrorCode::fenced);
}

TEST(Instance, ErrorsWhileRunningAreLoggedAndItGoesOn) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0)});
  rig.settle();
  rig.broker.error({{ErrorCode::authentication, "certificate rotated"}, std::nullopt, false});
  rig.broker.error({{ErrorCode::broker_unreachable, "all brokers down"}, std::nullopt, false});
  rig.settle();
  EXPECT_FALSE(rig.instance().closed());
}

TEST(Instance, BackPressureStopsReadingAtTheHighMarkAndGoesOnAtTheLow) {
  ConsumerConfig config = instance_config();
  config.in_flight.records_max_per_partition = 100;
  config.in_flight.low_mark = 0.5;
  config.fetch.batch_records_max = 10;
  InstanceRig rig(config, ignore);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 1000);
  for (int i = 0; i < 50; ++i) rig.turn();
  rig.clock.advance(200ms);
  rig.turn();
  EXPECT_EQ(rig.stats().partitions[0].in_flight, 100U);
  EXPECT_TRUE(rig.stats().partitions[0].gated);
  rig.settle();
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().processed, 1000U);
  EXPECT_FALSE(rig.stats().partitions[0].gated);
}

TEST(Instance, NoPartitionIsAlwaysTheLastOne) {
  ConsumerConfig config = instance_config();
  config.in_flight.records_max = config.in_flight.records_max_per_partition = 10;
  config.fetch.batch_records_max = 10;
  std::vector<std::int32_t> partitions;
  InstanceRig rig(config, [&](const Record& r) { partitions.push_back(r.partition().value()); });
  rig.broker.assign({orders(0), orders(1)});
  for (const std::int32_t number : {0, 1}) rig.broker.produce(orders(number), 0, 100);
  for (int i = 0; i < 8; ++i) {
    rig.turn();
    rig.run_jobs();
  }
  EXPECT_THAT(partitions, testing::Contains(0));
  EXPECT_THAT(partitions, testing::Contains(1)) << "one has taken all the room, again and again";
}

TEST(Instance, AWakeUpThatWasLostSilencesAPartitionForNoLongerThanASweep) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.assign({orders(0)});
  rig.settle();
  rig.broker.silent = true;
  rig.broker.produce(orders(0), 0, 5);
  rig.settle();
  EXPECT_EQ(rig.broker.queues[orders(0)].size(), 5U);
  rig.pass(100ms);
  EXPECT_EQ(rig.broker.queues[orders(0)].size(), 0U);
}

TEST(Instance, APartitionThatDrainsTakesNothingMore) {
  InstanceRig* poller = nullptr;
  InstanceRig rig(instance_config(), [&](const Record&) {
    poller->broker.revoke({orders(0)});
    poller->broker.produce(orders(0), 1, 5);
    poller->turn();
    poller->clock.advance(200ms);
    poller->turn();
    EXPECT_EQ(poller->broker.queues[orders(0)].size(), 5U);
  });
  poller = &rig;
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 1);
  rig.settle();
  EXPECT_THAT(rig.log_since("commit"),
              ElementsAre("commit orders[0]=1", "answer revoke orders[0]"));
}

TEST(Instance, LagCountsFromTheStartUntilSomethingIsRead) {
  InstanceRig rig(instance_config(), ignore);
  rig.broker.starts[orders(0)] = Offset{990};
  rig.broker.assign({orders(0), orders(1)});
  rig.settle();
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().partitions[0].lag, 10);
  EXPECT_EQ(rig.stats().partitions[1].lag, -1) << "not known where it begins";
  rig.broker.produce(orders(0), 990, 4);
  rig.settle();
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().partitions[0].lag, 6);
}

TEST(Instance, RecordsDeliveredAgainWithinAnEpochAreFiltered) {
  std::vector<std::int64_t> handled;
  InstanceRig rig(instance_config(),
                  [&](const Record& r) { handled.push_back(r.offset().value()); });
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 0, 3);
  rig.settle();
  rig.broker.produce(orders(0), 1, 3);
  rig.settle();
  EXPECT_THAT(handled, ElementsAre(0, 1, 2, 3));
  rig.pass(200ms);
  EXPECT_EQ(rig.stats().duplicates_filtered, 2U);
}

TEST(Instance, TheWatchdogNamesTheRecordThatHoldsThePosition) {
  ConsumerConfig config = instance_config();
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  InstanceRig rig(config, ignore);
  rig.broker.assign({orders(0)});
  rig.broker.produce(orders(0), 7, 3);
  rig.turn();
  rig.clock.advance(61s);
  rig.turn();
  rig.clock.advance(1s);
  rig.turn();
  set_log_sink({});
  EXPECT_EQ(
      std::ranges::count_if(lines, [](auto& line) { return line.starts_with("orders[0]@7"); }), 1)
      << "once";
  EXPECT_EQ(rig.stats().stuck_reported, 1U);
  rig.settle();
}

}  // namespace
}  // namespace strandline::test

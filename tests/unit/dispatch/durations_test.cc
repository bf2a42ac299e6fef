// What the dispatcher measures of each record: the histograms in InstanceStats.

#include "dispatch/dispatch_rig.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

std::int64_t wall_ms(const DispatchRig& rig) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             rig.clock.wall_time().time_since_epoch())
      .count();
}

TEST(Durations, OfRecordsThatAHandlerHandles) {
  DispatchRig* poller = nullptr;
  DispatchRig rig(rig_config(), [&](const Record&) { poller->clock.advance(5ms); });
  poller = &rig;
  rig.admit(rig.assign(), 0, 2);
  rig.clock.advance(10ms);
  rig.run_all();
  const InstanceStats& counters = rig.dispatcher().counters;
  EXPECT_EQ(counters.queue_wait.total, 2U);
  EXPECT_EQ(counters.queue_wait.sum_us, 20'000U);
  EXPECT_EQ(counters.handler.total, 2U);
  EXPECT_EQ(counters.handler.sum_us, 10'000U);
  EXPECT_EQ(counters.residence.total, 2U);
  EXPECT_EQ(counters.residence.sum_us, 40'000U) << "both end with their run";
}

TEST(Durations, OfAsynchronousCalls) {
  std::optional<Completion> held;
  DispatchRig rig(rig_config(Ordering::key), [&](const Record&, Completion completion) {
    held.emplace(std::move(completion));
  });
  rig.timestamp_ms = wall_ms(rig) - 1'000;
  rig.admit(rig.assign(), 0, {"a", "a"});
  rig.clock.advance(10ms);
  rig.run_all();
  rig.clock.advance(10ms);
  std::move(*held).done();
  rig.run_all();
  const InstanceStats& counters = rig.dispatcher().counters;
  EXPECT_EQ(counters.queue_wait.total, 2U);
  EXPECT_EQ(counters.queue_wait.sum_us, 30'000U) << "the second waited for the first";
  EXPECT_EQ(counters.residence.total, 1U);
  EXPECT_EQ(counters.residence.sum_us, 20'000U);
  EXPECT_EQ(counters.delivery.total, 1U);
  EXPECT_EQ(counters.delivery.sum_us, 1'020'000U);
}

TEST(Durations, OfDeliveryForOneRecordOfEachBatch) {
  for (const Ordering order : {Ordering::partition, Ordering::key, Ordering::none}) {
    DispatchRig rig(rig_config(order), [](const Record&) {});
    auto& partition = rig.assign();
    rig.timestamp_ms = wall_ms(rig) - 2'000;
    rig.admit(partition, 0, {"a", "b", "c"});
    rig.clock.advance(1s);
    rig.run_all();
    rig.timestamp_ms = -1;
    rig.admit(partition, 3, {"a"});
    rig.run_all();
    EXPECT_EQ(rig.position(partition), 4);
    const DurationHistogram& delivery = rig.dispatcher().counters.delivery;
    EXPECT_EQ(delivery.total, 1U) << "a record without a timestamp tells nothing";
    EXPECT_EQ(delivery.sum_us, 3'000'000U);
  }
}

TEST(Durations, OfDeliveryWhateverAProducerHasWritten) {
  for (const std::int64_t odd : {std::int64_t{0}, std::int64_t{1'700'000'000'000'000}, INT64_MAX}) {
    DispatchRig rig(rig_config(), [](const Record&) {});
    rig.timestamp_ms = odd;
    rig.admit(rig.assign(), 0, 1);
    rig.run_all();
    const DurationHistogram& delivery = rig.dispatcher().counters.delivery;
    EXPECT_EQ(delivery.total, 1U);
    EXPECT_LE(delivery.sum_us, 3'600'000'000U) << "no later than now, no earlier than 1970";
  }
}

}  // namespace
}  // namespace strandline::test

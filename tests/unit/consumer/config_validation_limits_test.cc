#include "faults_of.h"

#include <gtest/gtest.h>

#include <limits>

namespace strandline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LimitFaults, NothingInFlightMeansNothingDone) {
  ConsumerConfig config = sound_config();
  config.in_flight = {.records_max_per_partition = 0,
                      .bytes_max_per_partition = 0,
                      .records_max = 0,
                      .bytes_max = 0};
  EXPECT_THAT(faults_of(config), ElementsAre("in_flight.records_max_per_partition",
                                             "in_flight.bytes_max_per_partition",
                                             "in_flight.records_max", "in_flight.bytes_max"));
}

TEST(LimitFaults, TheWholeIsNotBelowAPart) {
  ConsumerConfig config = sound_config();
  config.in_flight.records_max = config.in_flight.records_max_per_partition - 1;
  config.in_flight.bytes_max = config.in_flight.bytes_max_per_partition - 1;
  EXPECT_THAT(faults_of(config), ElementsAre("in_flight.records_max", "in_flight.bytes_max"));
  config.in_flight.records_max = config.in_flight.records_max_per_partition;
  config.in_flight.bytes_max = config.in_flight.bytes_max_per_partition;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(LimitFaults, TheLowMarkIsAFraction) {
  ConsumerConfig config = sound_config();
  for (const double mark : {0.0, 1.0, -0.5, 70.0, std::numeric_limits<double>::quiet_NaN()}) {
    config.in_flight.low_mark = mark;
    EXPECT_THAT(faults_of(config), ElementsAre("in_flight.low_mark")) << mark;
  }
}

TEST(LimitFaults, NothingFetchedMeansNothingDone) {
  ConsumerConfig config = sound_config();
  config.fetch = {.batch_records_max = 0,
                  .prefetch_records = 0,
                  .prefetch_bytes = 0,
                  .bytes_min = 0,
                  .wait_max = -1ms,
                  .bytes_max = 0,
                  .partition_bytes_max = 0};
  EXPECT_THAT(faults_of(config),
              ElementsAre("fetch.batch_records_max", "fetch.prefetch_records",
                          "fetch.prefetch_bytes", "fetch.bytes_min", "fetch.wait_max",
                          "fetch.bytes_max", "fetch.partition_bytes_max"));
}

TEST(LimitFaults, LibrdkafkaFetchesNoLessThanAKilobyte) {
  ConsumerConfig config = sound_config();
  config.fetch.partition_bytes_max = 500;
  config.fetch.bytes_max = 999;
  EXPECT_THAT(faults_of(config), ElementsAre("fetch.bytes_max"));
  config.fetch.bytes_max = 1'000;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(LimitFaults, APartitionFetchesNoMoreThanAll) {
  ConsumerConfig config = sound_config();
  config.fetch.partition_bytes_max = config.fetch.bytes_max + 1;
  EXPECT_THAT(faults_of(config), ElementsAre("fetch.partition_bytes_max"));
}

TEST(LimitFaults, ABatchThatIsAskedForCanBeHad) {
  ConsumerConfig config = sound_config();
  config.in_flight.records_max_per_partition = 10;
  EXPECT_THAT(faults_of(config), IsEmpty());
  config.fetch.batch_records_max = 11;
  EXPECT_THAT(faults_of(config), ElementsAre("fetch.batch_records_max"));
  config.fetch.batch_records_max = 10;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(LimitFaults, CountsOfThreadsAreSane) {
  ConsumerConfig config = sound_config();
  config.workers = 10'001;
  config.instances = 0;
  config.async_max = 0;
  config.watchdog.stuck_after = -1ms;
  EXPECT_THAT(faults_of(config),
              ElementsAre("workers", "instances", "async_max", "watchdog.stuck_after"));
  config = sound_config();
  config.instances = 1'001;
  EXPECT_THAT(faults_of(config), ElementsAre("instances"));
}

}  // namespace
}  // namespace strandline

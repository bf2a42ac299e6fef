#include "consumer/config_validation.h"

#include "faults_of.h"

#include <gtest/gtest.h>

namespace strandline {
namespace {

using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(ConfigValidation, FindsNoFaultWithTheDefaults) {
  EXPECT_THAT(faults_of(sound_config()), IsEmpty());
  EXPECT_THAT(faults_of(sound_assignment()), IsEmpty());
}

TEST(ConfigValidation, TellsAllFaultsAtOnce) {
  ConsumerConfig config;
  config.instances = 0;
  config.commit.interval = 0ms;
  config.group.heartbeat_interval = 45s;
  config.failure.exhausted = Exhausted::dead_letter;
  config.librdkafka = {{"group.id", "x"}};
  EXPECT_THAT(faults_of(config),
              UnorderedElementsAre("bootstrap_servers", "group_id", "topics", "instances",
                                   "commit.interval", "group.heartbeat_interval",
                                   "failure.dead_letter_topic", "librdkafka[\"group.id\"]"));
}

}  // namespace
}  // namespace strandline

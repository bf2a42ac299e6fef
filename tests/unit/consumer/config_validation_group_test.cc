#include "faults_of.h"

#include <gtest/gtest.h>

namespace strandline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(GroupFaults, ThreeHeartbeatsFitIntoASession) {
  ConsumerConfig config = sound_config();
  config.group.session_timeout = 9s;
  config.group.heartbeat_interval = 3s;
  EXPECT_THAT(faults_of(config), IsEmpty());
  config.group.heartbeat_interval = 3001ms;
  EXPECT_THAT(faults_of(config), ElementsAre("group.heartbeat_interval"));
}

TEST(GroupFaults, TimesArePositive) {
  ConsumerConfig config = sound_config();
  config.group.session_timeout = 0ms;
  config.group.heartbeat_interval = -1ms;
  config.group.max_poll_interval = 25h;
  EXPECT_THAT(faults_of(config), ElementsAre("group.max_poll_interval", "group.session_timeout",
                                             "group.heartbeat_interval"));
}

TEST(GroupFaults, ThePollIntervalIsNotBelowTheSession) {
  ConsumerConfig config = sound_config();
  config.group.max_poll_interval = 44s;
  EXPECT_THAT(faults_of(config), ElementsAre("group.max_poll_interval"));
  config.group.max_poll_interval = 45s;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(GroupFaults, TheClassicProtocolHasNoRemoteAssignor) {
  ConsumerConfig config = sound_config();
  config.group.remote_assignor = "uniform";
  EXPECT_THAT(faults_of(config), ElementsAre("group.remote_assignor"));
}

TEST(GroupFaults, TheConsumerProtocolLeavesTimesAndAssignmentToTheBroker) {
  ConsumerConfig config = sound_config();
  config.group.protocol = GroupProtocol::consumer;
  config.group.remote_assignor = "uniform";
  config.group.instance_id = "me";
  EXPECT_THAT(faults_of(config), IsEmpty());
  config.group.session_timeout = 10s;
  config.group.heartbeat_interval = 2s;
  config.group.assignor = Assignor::range;
  EXPECT_THAT(faults_of(config),
              ElementsAre("group.session_timeout", "group.heartbeat_interval", "group.assignor"));
}

// Each instance appends its number, so that the names stay unique.
TEST(GroupFaults, AnInstanceIdMayBeSharedByInstances) {
  ConsumerConfig config = sound_config();
  config.group.instance_id = "me";
  config.instances = 4;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(GroupFaults, AnInstanceIdNeedsAGroup) {
  ConsumerConfig config = sound_assignment();
  config.group.instance_id = "me";
  EXPECT_THAT(faults_of(config), ElementsAre("group.instance_id"));
}

}  // namespace
}  // namespace strandline

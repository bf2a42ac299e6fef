#include "faults_of.h"

#include <gtest/gtest.h>

namespace strandline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SubscriptionFaults, BrokersAndGroupAreRequired) {
  ConsumerConfig config = sound_config();
  config.bootstrap_servers.clear();
  config.group_id.clear();
  EXPECT_THAT(faults_of(config), ElementsAre("bootstrap_servers", "group_id"));
}

TEST(SubscriptionFaults, BrokersAreHostsWithPorts) {
  ConsumerConfig config = sound_config();
  for (const char* good : {"a", "a:1", "a:65535", "a:1,b:2", "a:1, b:2", "[::1]:9092", "[::1]",
                           "SASL_SSL://a.example:9093"}) {
    config.bootstrap_servers = good;
    EXPECT_THAT(faults_of(config), IsEmpty()) << good;
  }
  for (const char* bad :
       {",", "a:1,", "a:0", "a:65536", "a:", ":1", "a:x", "a:1x", "a b", "a:1/x"}) {
    config.bootstrap_servers = bad;
    EXPECT_THAT(faults_of(config), testing::Contains("bootstrap_servers")) << bad;
  }
}

TEST(SubscriptionFaults, ExactlyOneOfThreeSaysWhatToRead) {
  ConsumerConfig config = sound_config();
  config.topics.clear();
  EXPECT_THAT(faults_of(config), ElementsAre("topics"));
  config.topic_pattern = "^a";
  EXPECT_THAT(faults_of(config), IsEmpty());
  config.topics = {"a"};
  EXPECT_THAT(faults_of(config), ElementsAre("topics"));
  config.topic_pattern.clear();
  config.assignment = {assigned("a", 0)};
  EXPECT_THAT(faults_of(config), ElementsAre("topics"));
}

TEST(SubscriptionFaults, TopicsAreNamedOnceAndByName) {
  ConsumerConfig config = sound_config();
  config.topics = {"a", "", "a", "^b", "c d", "e"};
  EXPECT_THAT(faults_of(config), ElementsAre("topics[1]", "topics[2]", "topics[3]", "topics[4]"));
}

TEST(SubscriptionFaults, APatternIsOneAndLooksLikeOne) {
  ConsumerConfig config = sound_config();
  config.topics.clear();
  config.topic_pattern = "orders.*";
  EXPECT_THAT(faults_of(config), ElementsAre("topic_pattern"));
  config.topic_pattern = "^orders(";
  EXPECT_THAT(faults_of(config), ElementsAre("topic_pattern"));
}

// The broker's grammar is another one; what is wrong here may be right there.
TEST(SubscriptionFaults, APatternForTheBrokerIsLeftToTheBroker) {
  ConsumerConfig config = sound_config();
  config.topics.clear();
  config.group.protocol = GroupProtocol::consumer;
  config.topic_pattern = "^(?i:orders)";
  EXPECT_THAT(faults_of(config), IsEmpty());
}

TEST(SubscriptionFaults, AssignedPartitionsExistAndAreNamedOnce) {
  ConsumerConfig config = sound_assignment();
  config.assignment = {assigned("a", 0), assigned("a", -1), assigned("", 0), assigned("a", 0)};
  EXPECT_THAT(faults_of(config), ElementsAre("assignment[1].partition.partition",
                                             "assignment[2].partition.topic", "assignment[3]"));
}

TEST(SubscriptionFaults, StartOffsetsAreNotNegative) {
  ConsumerConfig config = sound_assignment();
  config.assignment = {
      assigned("a", 0, StartOffset::at(Offset{-2})), assigned("a", 1, StartOffset::at(-1ms)),
      assigned("a", 2, StartOffset::at(Offset{0})), assigned("a", 3, StartOffset::end())};
  EXPECT_THAT(faults_of(config), ElementsAre("assignment[0].start", "assignment[1].start"));
}

TEST(SubscriptionFaults, AnAssignmentIsForOneInstance) {
  ConsumerConfig config = sound_assignment();
  config.instances = 2;
  EXPECT_THAT(faults_of(config), ElementsAre("instances"));
}

TEST(SubscriptionFaults, AKeyExtractorNeedsKeyOrder) {
  ConsumerConfig config = sound_config();
  config.key_extractor = [](const Record&) { return std::optional<std::string_view>{}; };
  EXPECT_THAT(faults_of(config), ElementsAre("key_extractor"));
  config.order = Ordering::key;
  EXPECT_THAT(faults_of(config), IsEmpty());
}

}  // namespace
}  // namespace strandline

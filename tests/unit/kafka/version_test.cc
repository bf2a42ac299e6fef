#include "kafka/version.h"

#include <gtest/gtest.h>

namespace strandline::detail {
namespace {

ConsumerConfig with(GroupProtocol protocol, Assignor assignor) {
  ConsumerConfig config{.bootstrap_servers = "b", .group_id = "g", .topics = {"t"}};
  config.group.protocol = protocol;
  config.group.assignor = assignor;
  return config;
}

const ConsumerConfig kEager = with(GroupProtocol::classic, Assignor::range);
const ConsumerConfig kCooperative = with(GroupProtocol::classic, Assignor::cooperative_sticky);
const ConsumerConfig kConsumer = with(GroupProtocol::consumer, Assignor::cooperative_sticky);

TEST(Version, EagerRunsOnAllButTheBadReleases) {
  EXPECT_TRUE(version_faults(library_version(2, 0, 2), kEager).empty());
  EXPECT_TRUE(version_faults(library_version(2, 14, 2), kEager).empty());
  for (const auto bad : {library_version(2, 1, 0), library_version(2, 5, 0),
                         library_version(2, 6, 0), library_version(2, 10, 0)}) {
    const auto faults = version_faults(bad, kEager);
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_NE(faults[0].problem.find(to_version_string(bad)), std::string::npos);
    EXPECT_FALSE(faults[0].hint.empty());
  }
  EXPECT_TRUE(version_faults(library_version(2, 1, 1), kEager).empty());
}

TEST(Version, CooperativeNeedsTwoTenOne) {
  const auto faults = version_faults(library_version(2, 8, 0), kCooperative);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].field, "group.assignor");
  EXPECT_TRUE(version_faults(library_version(2, 10, 1), kCooperative).empty());
  EXPECT_EQ(version_faults(library_version(2, 10, 0), kCooperative).size(), 2U);
}

TEST(Version, TheConsumerProtocolNeedsTwoTwelve) {
  const auto faults = version_faults(library_version(2, 11, 1), kConsumer);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].field, "group.protocol");
  EXPECT_TRUE(version_faults(library_version(2, 12, 0), kConsumer).empty());
}

TEST(Version, AnAssignmentByHandHasNoGroupToGoWrong) {
  ConsumerConfig config = kCooperative;
  config.topics.clear();
  config.assignment = {{{"t", PartitionId{0}}}};
  EXPECT_TRUE(version_faults(library_version(2, 0, 2), config).empty());
}

TEST(Version, ReleaseCandidatesHaveTheFaultsOfTheirRelease) {
  EXPECT_EQ(version_faults((library_version(2, 10, 0) & ~0xff) | 0x03, kEager).size(), 1U);
}

TEST(Version, OldOnesAreWarnedAbout) {
  EXPECT_NE(version_warning(library_version(2, 0, 2)).find("2.0.2"), std::string::npos);
  EXPECT_TRUE(version_warning(library_version(2, 2, 0)).empty());
}

TEST(Version, TheLoadedLibraryIsKnown) { EXPECT_GE(loaded_version(), library_version(2, 0, 0)); }

}  // namespace
}  // namespace strandline::detail

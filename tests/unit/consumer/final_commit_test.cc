#include "consumer/instance_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace strandline::test {
namespace {

using namespace std::chrono_literals;

const Error kMoving{ErrorCode::commit_failed, "the coordinator is moving"};

/// Five finished records of one partition that is being revoked; its final commit is out.
class FinalCommit : public testing::Test {
 protected:
  FinalCommit() : rig(config(), ignore) {
    rig.broker.answers_commits = false;
    rig.broker.assign({orders(0)});
    rig.broker.produce(orders(0), 0, 5);
    rig.settle();
    rig.broker.revoke({orders(0)});
    rig.settle();
  }
  static ConsumerConfig config() {
    ConsumerConfig config = instance_config();
    config.commit.timeout = 10s;
    config.commit.interval = 1h;  // only the final commit
    return config;
  }
  void answer(std::optional<Error> error) {
    rig.broker.answer_commit(std::move(error));
    rig.settle();
  }

  InstanceRig rig;
};

TEST_F(FinalCommit, RefusedForNowIsRepeatedBeforeThePartitionIsGivenUp) {
  answer(kMoving);
  EXPECT_THAT(rig.broker.commits, IsEmpty()) << "not at once: it would be refused again";
  rig.pass(1s);
  ASSERT_EQ(rig.broker.commits.size(), 1U);
  EXPECT_THAT(rig.log_since("answer revoke"), IsEmpty());
  answer({});
  EXPECT_EQ(rig.broker.committed[orders(0)], Offset{5});
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
}

TEST_F(FinalCommit, RefusedUntilItsTimeoutHoldsThePartitionNoLonger) {
  for (int second = 0; second < 11 && !rig.broker.commits.empty(); ++second) {
    answer(kMoving);
    rig.pass(1s);
  }
  EXPECT_THAT(rig.broker.commits, IsEmpty());
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
  EXPECT_FALSE(rig.broker.committed.contains(orders(0)));
}

TEST_F(FinalCommit, RefusedForGoodIsNotRepeated) {
  answer(Error{ErrorCode::fenced, "another member has this identity"});
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
}

TEST_F(FinalCommit, RefusedSinceTheGroupHasGoneOnIsNotRepeated) {
  rig.broker.answer_commit(Error{ErrorCode::commit_failed, "illegal generation"}, true);
  rig.settle();
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
}

TEST_F(FinalCommit, AStopWaitsForTheRevokesRepeatedCommit) {
  answer(kMoving);
  rig.instance().request_stop(StopMode::drain);
  rig.settle();
  while (!rig.broker.commits.empty()) answer(kMoving);
  EXPECT_THAT(rig.log_since("close"), IsEmpty()) << "an eager group is left at once";
  rig.pass(1s);
  ASSERT_EQ(rig.broker.commits.size(), 1U);
  answer({});
  EXPECT_EQ(rig.broker.committed[orders(0)], Offset{5});
  EXPECT_TRUE(rig.instance().closed());
  const auto& log = rig.broker.log;
  EXPECT_LT(std::ranges::find(log, "answer revoke orders[0]"), std::ranges::find(log, "close"));
}

TEST_F(FinalCommit, IsNotRepeatedOnceThePartitionIsLost) {
  answer(kMoving);
  rig.broker.lost = true;
  rig.pass(1s);
  EXPECT_THAT(rig.broker.commits, IsEmpty());
  EXPECT_THAT(rig.log_since("answer revoke"), ElementsAre("answer revoke orders[0]"));
}

}  // namespace
}  // namespace strandline::test

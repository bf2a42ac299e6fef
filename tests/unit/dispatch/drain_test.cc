#include "dispatch/dispatch_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace strandline::test {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

std::vector<std::int64_t> seen;

struct DrainTest : testing::Test {
  void SetUp() override { seen.clear(); }
};

void note(const Record& record) { seen.push_back(record.offset().value()); }

TEST_F(DrainTest, ADrainFinishesWhatLiesBeforeTheHighestRecordBegun) {
  ConsumerConfig config = rig_config(Ordering::none);
  config.fetch.batch_records_max = 2;
  DispatchRig rig(config, note);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 10);
  rig.turn();
  rig.run_job(1);
  rig.dispatcher().quiesce(partition);
  EXPECT_FALSE(rig.dispatcher().quiet(partition));
  rig.run_all();
  EXPECT_THAT(seen, ElementsAre(2, 3, 0, 1));
  EXPECT_TRUE(rig.dispatcher().quiet(partition));
  EXPECT_EQ(rig.position(partition), 4) << "the next owner does none of them again";
  EXPECT_EQ(partition.queued(), 6U);
}

TEST_F(DrainTest, TheDrainsDeadlineBeginsNothingMore) {
  ConsumerConfig config = rig_config(Ordering::none);
  config.fetch.batch_records_max = 2;
  DispatchRig rig(config, note);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 10);
  rig.turn();
  rig.run_job(2);
  rig.dispatcher().quiesce(partition);
  rig.turn();
  rig.dispatcher().cancel(partition);
  rig.run_all();
  EXPECT_THAT(seen, ElementsAre(4, 5));
  EXPECT_TRUE(rig.dispatcher().quiet(partition));
  EXPECT_EQ(partition.queued(), 8U);
}

TEST_F(DrainTest, ADrainDoesNotWaitForARetryAndNothingPassesIt) {
  bool failed = false;
  DispatchRig rig(rig_config(Ordering::key), [&](const Record& record) {
    if (record.offset() == Offset{0} && !std::exchange(failed, true)) {
      throw std::runtime_error("once");
    }
    note(record);
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, {"a", "b", "a", "b"});
  rig.run_all();
  EXPECT_THAT(seen, ElementsAre(1, 3));
  rig.dispatcher().quiesce(partition);
  EXPECT_TRUE(rig.dispatcher().quiet(partition)) << "0 waits for its retry, 2 behind it";
  rig.pass(1h);
  EXPECT_THAT(seen, ElementsAre(1, 3));
  EXPECT_EQ(rig.position(partition), -1);
  rig.dispatcher().fence(partition);
  EXPECT_EQ(rig.messages.live(), 0U);
}

}  // namespace
}  // namespace strandline::test

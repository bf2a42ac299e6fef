#include "dispatch/dispatch_rig.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

// Which strand goes first when not all can.
namespace strandline::test {
namespace {

void ignore(const Record&) {}

TEST(Turns, NoMoreRunsAreOutThanTheWorkersNeed) {
  DispatchRig rig(rig_config(), ignore);
  std::vector<detail::Partition*> partitions;
  for (int number = 0; number < 300; ++number) {
    partitions.push_back(&rig.assign(number));
    rig.admit(*partitions.back(), 0, 1);
  }
  rig.turn();
  EXPECT_EQ(rig.jobs.size(), rig.dispatcher().settings().runs_max);
  rig.run_all();
  for (auto* partition : partitions) EXPECT_EQ(rig.position(*partition), 1);
}

TEST(Turns, AStrandThatSetsThePaceGoesFirst) {
  DispatchRig rig(rig_config(), ignore);
  std::vector<detail::Partition*> partitions;
  for (int number = 0; number < 300; ++number) {
    partitions.push_back(&rig.assign(number));
    rig.admit(*partitions.back(), 0, 1);
  }
  auto& behind = rig.assign(300);
  rig.admit(behind, 0, 2000);  // one after the other: more than half of all, for two workers
  rig.turn();
  ASSERT_EQ(rig.jobs.size(), rig.dispatcher().settings().runs_max);
  EXPECT_TRUE(rig.jobs[1]->urgent) << "only the first partition was there before anything waited";
  EXPECT_FALSE(rig.jobs.back()->urgent);
  rig.run_job(1);
  rig.turn();
  EXPECT_TRUE(rig.jobs.back()->urgent) << "ahead of the partitions that have waited all the time";
  rig.run_all();
  for (auto* partition : partitions) EXPECT_EQ(rig.position(*partition), 1);
  EXPECT_EQ(rig.position(behind), 2000);
}

TEST(Turns, WithAsynchronousCallsTheHotKeyGoesFirst) {
  ConsumerConfig config = rig_config(Ordering::key);
  config.async_max = 4;
  std::vector<std::string> begun;
  std::vector<Completion> open;
  DispatchRig rig(config, [&](const Record& record, Completion completion) {
    begun.emplace_back(record.key());
    open.push_back(std::move(completion));
  });
  auto& partition = rig.assign();
  std::vector<std::optional<std::string>> keys(20, "hot");
  for (int i = 0; i < 20; ++i) keys.push_back("cold " + std::to_string(i));
  rig.admit(partition, 0, keys);
  rig.run_all();
  ASSERT_EQ(open.size(), 4U);
  ASSERT_EQ(std::ranges::count(begun, "hot"), 1);
  // Each time the hot key's record is answered the next one begins, whoever else waits.
  for (int round = 2; round <= 10; ++round) {
    const auto hot = std::ranges::find_if(
        open, [](const Completion& one) { return one.record().key() == "hot"; });
    ASSERT_NE(hot, open.end());
    Completion answered = std::move(*hot);
    open.erase(hot);
    std::move(answered).done();
    rig.run_all();
    ASSERT_EQ(std::ranges::count(begun, "hot"), round);
  }
}

}  // namespace
}  // namespace strandline::test

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

TEST_F(DrainTest, AHandlerThatGivesUpWhenAskedToHasNotFailed) {
  for (const Exhausted last : {Exhausted::drop, Exhausted::dead_letter, Exhausted::stop}) {
    ConsumerConfig config = rig_config();
    config.failure.attempts_max = 1;
    config.failure.exhausted = last;
    config.failure.dead_letter_topic = "dead";
    DispatchRig* poller = nullptr;
    detail::Partition* asked = nullptr;
    DispatchRig rig(config, [&](const Record&, Context& context) {
      poller->dispatcher().quiesce(*asked);
      poller->dispatcher().cancel(*asked);
      EXPECT_TRUE(context.stop_token().stop_requested());
      throw std::runtime_error("gave up");
    });
    poller = &rig;
    auto& partition = rig.assign();
    asked = &partition;
    rig.admit(partition, 0, 1);
    rig.run_all();
    EXPECT_EQ(partition.in_flight(), 1U) << "it comes again to the next owner";
    EXPECT_EQ(rig.position(partition), -1);
    EXPECT_EQ(rig.dispatcher().counters.dropped, 0U);
    EXPECT_TRUE(rig.letters.empty());
    EXPECT_FALSE(rig.stopped);
    EXPECT_TRUE(rig.dispatcher().quiet(partition));
  }
}

TEST_F(DrainTest, ADrainFinishesWhatLiesBeforeADeadLetterOnItsWay) {
  ConsumerConfig config = dead_letter_config(Ordering::none);
  config.fetch.batch_records_max = 1;
  DispatchRig rig(config, [](const Record& record) {
    if (record.offset() == Offset{2}) throw std::runtime_error("bad date");
    note(record);
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 10);
  rig.turn();
  rig.run_job(2);
  rig.turn();
  ASSERT_EQ(rig.letters.size(), 1U);
  rig.dispatcher().quiesce(partition);
  rig.run_all();
  EXPECT_THAT(seen, testing::UnorderedElementsAre(0, 1));
  EXPECT_FALSE(rig.dispatcher().quiet(partition)) << "the letter is waited for";
  rig.acknowledge();
  EXPECT_TRUE(rig.dispatcher().quiet(partition));
  EXPECT_EQ(rig.position(partition), 3) << "the next owner sends no second one";
}

TEST_F(DrainTest, OfAClaimNothingBeginsOnceThePartitionIsGone) {
  DispatchRig* poller = nullptr;
  detail::Partition* assigned = nullptr;
  DispatchRig rig(rig_config(), [&](const Record& record) {
    note(record);
    if (record.offset() != Offset{1'000}) return;
    // The handler hangs meanwhile.
    poller->dispatcher().quiesce(*assigned);
    poller->dispatcher().cancel(*assigned);
    poller->dispatcher().fence(*assigned);
  });
  poller = &rig;
  assigned = &rig.assign();
  // Of a handler as fast as this one a worker claims many records at once.
  for (std::int64_t offset = 0; offset < 50; ++offset) {
    rig.admit(*assigned, offset, 1);
    rig.run_all();
  }
  rig.admit(*assigned, 1'000, 100);
  rig.run_all();
  EXPECT_EQ(seen.back(), 1'000) << "the others are somebody else's by now";
  EXPECT_EQ(rig.messages.live(), 0U);
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

#include <strandline/task.h>

#include "dispatch/dispatch_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <coroutine>
#include <map>
#include <stdexcept>
#include <vector>

namespace strandline::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

/// Completions that the test answers when it likes.
struct AsyncDispatch : testing::Test {
  [[nodiscard]] auto holding() {
    return [this](const Record& record, Completion completion) {
      held.insert_or_assign(record.offset().value(), std::move(completion));
    };
  }
  void done(std::int64_t offset) {
    const auto found = held.find(offset);
    ASSERT_NE(found, held.end());
    std::move(found->second).done();
    held.erase(found);
  }
  [[nodiscard]] std::vector<std::int64_t> offsets() const {
    std::vector<std::int64_t> all;
    for (const auto& [offset, completion] : held) all.push_back(offset);
    return all;
  }

  std::map<std::int64_t, Completion> held;
};

TEST_F(AsyncDispatch, WithoutOrderAllAreOutAndThePositionWaitsForTheFirst) {
  DispatchRig rig(rig_config(Ordering::none), holding());
  auto& partition = rig.assign();
  rig.admit(partition, 0, 5);
  rig.run_all();
  EXPECT_THAT(offsets(), ElementsAre(0, 1, 2, 3, 4));
  for (const std::int64_t offset : {4, 2, 1, 3}) done(offset);
  rig.run_all();
  EXPECT_EQ(rig.position(partition), -1);
  done(0);
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 5);
  EXPECT_EQ(rig.messages.live(), 0U);
}

TEST_F(AsyncDispatch, PartitionOrderHasOneOutAtATime) {
  DispatchRig rig(rig_config(), holding());
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  for (const std::int64_t offset : {0, 1, 2}) {
    rig.run_all();
    EXPECT_THAT(offsets(), ElementsAre(offset));
    done(offset);
  }
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 3);
}

TEST_F(AsyncDispatch, KeyOrderHasOneOfEachKeyOut) {
  DispatchRig rig(rig_config(Ordering::key), holding());
  auto& partition = rig.assign();
  rig.admit(partition, 0, {"a", "b", "a", "a", "b"});
  rig.run_all();
  EXPECT_THAT(offsets(), ElementsAre(0, 1));
  done(0);
  rig.run_all();
  EXPECT_THAT(offsets(), ElementsAre(1, 2));
  done(1);
  done(2);
  rig.run_all();
  EXPECT_THAT(offsets(), ElementsAre(3, 4));
  done(3);
  done(4);
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 5);
  EXPECT_EQ(partition.busy_strands(), 0U);
}

TEST_F(AsyncDispatch, NoMoreThanTheLimitAreOut) {
  ConsumerConfig config = rig_config(Ordering::none);
  config.async_max = 10;
  DispatchRig rig(config, holding());
  rig.admit(rig.assign(), 0, 25);
  rig.run_all();
  EXPECT_EQ(held.size(), 10U);
  done(3);
  rig.run_all();
  EXPECT_EQ(held.size(), 10U);
  EXPECT_TRUE(held.contains(10));
}

TEST_F(AsyncDispatch, ACompletionDroppedUnansweredIsAFailureAndCounted) {
  ConsumerConfig config = rig_config();
  config.failure.attempts_max = 1;
  DispatchRig rig(config, holding());
  auto& partition = rig.assign();
  rig.admit(partition, 0, 2);
  rig.run_all();
  held.clear();
  rig.run_all();
  ASSERT_TRUE(rig.stopped);
  EXPECT_EQ(rig.dispatcher().counters.completions_abandoned, 1U);
  EXPECT_EQ(rig.position(partition), -1) << "neither committed silently nor lost";
}

TEST_F(AsyncDispatch, AThrowIsTheFailureAndNotTheDroppedCompletion) {
  ConsumerConfig config = rig_config();
  config.failure.attempts_max = 1;
  DispatchRig rig(config, [](const Record&, Completion) { throw std::runtime_error("refused"); });
  rig.admit(rig.assign(), 0, 1);
  rig.run_all();
  ASSERT_TRUE(rig.stopped);
  EXPECT_THAT(rig.stopped->message, HasSubstr("refused"));
  EXPECT_EQ(rig.dispatcher().counters.completions_abandoned, 0U);
}

TEST_F(AsyncDispatch, AFailedCallIsTriedAgainBeforeItsSuccessors) {
  DispatchRig rig(rig_config(Ordering::key), holding());
  auto& partition = rig.assign();
  rig.admit(partition, 0, {"a", "a", "b"});
  rig.run_all();
  std::move(held.at(0)).retry("later");
  held.erase(0);
  rig.run_all();
  EXPECT_THAT(offsets(), ElementsAre(2));
  rig.pass(1s);
  EXPECT_THAT(offsets(), ElementsAre(0, 2));
  done(0);
  done(2);
  rig.run_all();
  done(1);
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 3);
}

TEST_F(AsyncDispatch, QuiesceTakesBackCallsThatHaveNotBegun) {
  DispatchRig rig(rig_config(Ordering::none), holding());
  auto& partition = rig.assign();
  rig.admit(partition, 0, 5);
  rig.turn();
  rig.dispatcher().quiesce(partition);
  EXPECT_TRUE(rig.dispatcher().quiet(partition));
  rig.run_all();
  EXPECT_THAT(offsets(), IsEmpty());
  EXPECT_EQ(partition.queued(), 5U);
}

TEST_F(AsyncDispatch, ADrainFinishesCallsBeforeTheHighestBegun) {
  ConsumerConfig config = rig_config(Ordering::none);
  config.async_max = 20;
  DispatchRig rig(config, holding());
  auto& partition = rig.assign();
  rig.admit(partition, 0, 40);
  rig.turn();
  ASSERT_EQ(rig.jobs.size(), 2U);
  rig.run_job(1);
  EXPECT_THAT(offsets(), ElementsAre(16, 17, 18, 19));
  rig.dispatcher().quiesce(partition);
  rig.run_all();
  EXPECT_EQ(held.size(), 20U);
  for (const std::int64_t offset : offsets()) done(offset);
  EXPECT_FALSE(rig.dispatcher().quiet(partition));
  rig.run_all();
  EXPECT_TRUE(rig.dispatcher().quiet(partition));
  EXPECT_EQ(rig.position(partition), 20);
  EXPECT_EQ(partition.queued(), 20U);
}

TEST_F(AsyncDispatch, ADrainKeepsTheOrderOfWhatItTakesBack) {
  DispatchRig rig(rig_config(Ordering::key), holding());
  auto& partition = rig.assign();
  rig.admit(partition, 0, {"a", "a", "b"});
  rig.turn();
  ASSERT_EQ(rig.jobs.size(), 2U) << "the keys are of two lanes";
  rig.run_job(1);
  ASSERT_THAT(offsets(), ElementsAre(2));
  rig.dispatcher().quiesce(partition);
  EXPECT_FALSE(rig.dispatcher().quiet(partition));
  rig.run_all();
  EXPECT_THAT(offsets(), ElementsAre(0, 2)) << "1 waits for 0";
  done(0);
  done(2);
  rig.run_all();
  EXPECT_THAT(offsets(), ElementsAre(1));
}

TEST_F(AsyncDispatch, AnAnswerAfterTheEpochCountsForNothingAndFreesTheRecord) {
  DispatchRig rig(rig_config(Ordering::none), holding());
  auto& partition = rig.assign();
  rig.admit(partition, 0, 2);
  rig.run_all();
  rig.dispatcher().fence(partition);
  EXPECT_EQ(rig.messages.live(), 2U) << "the handler may still read them";
  EXPECT_EQ(held.at(1).record().value(), "1");
  done(0);
  done(1);
  rig.run_all();
  EXPECT_EQ(rig.position(partition), -1);
  EXPECT_EQ(rig.dispatcher().counters.late_completions_fenced, 2U);
  EXPECT_EQ(rig.messages.live(), 0U);
}

TEST_F(AsyncDispatch, AnAnswerAfterTheConsumerIsGoneHarmsNobody) {
  {
    DispatchRig rig(rig_config(Ordering::none), holding());
    auto& partition = rig.assign();
    rig.admit(partition, 0, 1);
    rig.run_all();
    rig.dispatcher().fence(partition);
  }
  std::move(held.at(0)).done();
}

TEST_F(AsyncDispatch, ACoroutineSleepsWithoutAThreadAndEndsItsRecord) {
  std::vector<std::int64_t> woken;
  const auto handler = [&woken](const Record& record, Context& context) -> Task<Outcome> {
    co_await context.sleep(50ms);
    woken.push_back(record.offset().value());
    co_return Outcome::done;
  };
  DispatchRig rig(rig_config(Ordering::none), handler);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  rig.run_all();
  EXPECT_THAT(woken, IsEmpty());
  EXPECT_THAT(rig.jobs, IsEmpty());
  rig.pass(51ms);
  EXPECT_EQ(woken.size(), 3U);
  EXPECT_EQ(rig.position(partition), 3);
}

TEST_F(AsyncDispatch, ASleepCountsFromWhenItWasAskedFor) {
  bool woken = false;
  const auto handler = [&woken](const Record&, Context& context) -> Task<void> {
    co_await context.sleep(50ms);
    woken = true;
  };
  DispatchRig rig(rig_config(), handler);
  rig.admit(rig.assign(), 0, 1);
  rig.turn();
  rig.run_job();
  rig.clock.advance(30ms);  // a poller that is busy hears of it late
  rig.run_all();
  rig.pass(19ms);
  EXPECT_FALSE(woken);
  rig.pass(2ms);
  EXPECT_TRUE(woken);
}

TEST_F(AsyncDispatch, ACoroutineThatThrowsHasFailed) {
  ConsumerConfig config = rig_config();
  config.failure.attempts_max = 1;
  const auto handler = [](const Record&, Context& context) -> Task<Outcome> {
    co_await context.reschedule();
    throw std::runtime_error("no such customer");
  };
  DispatchRig rig(config, handler);
  rig.admit(rig.assign(), 0, 1);
  rig.run_all();
  ASSERT_TRUE(rig.stopped);
  EXPECT_THAT(rig.stopped->message, HasSubstr("no such customer"));
}

TEST_F(AsyncDispatch, CancelWakesSleepingCoroutines) {
  bool stopped = false;
  const auto handler = [&stopped](const Record&, Context& context) -> Task<Outcome> {
    co_await context.sleep(1h);
    stopped = context.stop_token().stop_requested();
    co_return Outcome::retry;
  };
  DispatchRig rig(rig_config(), handler);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 1);
  rig.run_all();
  rig.dispatcher().quiesce(partition);
  rig.dispatcher().cancel(partition);
  rig.run_all();
  EXPECT_TRUE(stopped);
  EXPECT_TRUE(rig.dispatcher().quiet(partition));
  EXPECT_EQ(rig.position(partition), -1);
}

TEST_F(AsyncDispatch, ASleepBegunAfterTheStopKeepsItsDelay) {
  int woken = 0;
  bool enough = false;
  // It never looks at its stop token. Bounded, so that spinning is a failure and not a hang.
  const auto handler = [&](const Record&, Context& context) -> Task<Outcome> {
    while (!enough && woken < 1000) {
      co_await context.sleep(10ms);
      ++woken;
    }
    co_return Outcome::retry;
  };
  DispatchRig rig(rig_config(), handler);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 1);
  rig.run_all();
  rig.dispatcher().quiesce(partition);
  rig.dispatcher().cancel(partition);
  rig.run_all();
  EXPECT_EQ(woken, 1) << "the sleep under way ends, the next one is a real one";
  rig.dispatcher().fence(partition);
  rig.run_all();
  EXPECT_EQ(woken, 1) << "a second stop shortens nothing that began after the first";
  rig.pass(11ms);
  EXPECT_EQ(woken, 2);
  enough = true;
  rig.pass(11ms);
  EXPECT_TRUE(partition.unreferenced());
}

TEST_F(AsyncDispatch, ASleepOnItsWayWhenTheStopIsAskedIsCutShort) {
  bool stopped = false;
  const auto handler = [&stopped](const Record&, Context& context) -> Task<Outcome> {
    co_await context.sleep(1h);
    stopped = context.stop_token().stop_requested();
    co_return Outcome::retry;
  };
  DispatchRig rig(rig_config(), handler);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 1);
  rig.turn();
  rig.run_job();
  rig.dispatcher().cancel(partition);
  rig.run_all();
  EXPECT_TRUE(stopped);
}

TEST_F(AsyncDispatch, ASleepThatTheConsumersEndOvertakesIsNeverResumed) {
  int resumed = 0;
  const auto handler = [&resumed](const Record&, Context& context) -> Task<void> {
    // Bounded, so that resuming it on the stack is a failure and not an overflow.
    for (int i = 0; i < 100; ++i) {
      co_await context.sleep(1ms);
      ++resumed;
    }
  };
  {
    DispatchRig rig(rig_config(), handler);
    rig.admit(rig.assign(), 0, 1);
    rig.turn();
    rig.run_job();
  }
  EXPECT_EQ(resumed, 0);
}

TEST_F(AsyncDispatch, ASleepBegunWhenTheConsumerIsGoneIsNeverResumed) {
  struct Foreign {
    std::coroutine_handle<>& waiter;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) const noexcept { waiter = awaiting; }
    void await_resume() const noexcept {}
  };
  std::coroutine_handle<> waiter;
  int resumed = 0;
  const auto handler = [&](const Record&, Context& context) -> Task<void> {
    co_await Foreign{waiter};
    for (int i = 0; i < 100; ++i) {
      co_await context.sleep(1ms);
      ++resumed;
    }
  };
  {
    DispatchRig rig(rig_config(), handler);
    auto& partition = rig.assign();
    rig.admit(partition, 0, 1);
    rig.run_all();
    rig.dispatcher().fence(partition);
  }
  ASSERT_TRUE(waiter);
  waiter.resume();
  EXPECT_EQ(resumed, 0);
}

}  // namespace
}  // namespace strandline::test

#include "dispatch/dispatcher.h"

#include "dispatch/dispatch_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace strandline::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

std::vector<std::int64_t> seen;

struct DispatcherTest : testing::Test {
  void SetUp() override { seen.clear(); }
};

void note(const Record& record) { seen.push_back(record.offset().value()); }

TEST_F(DispatcherTest, PartitionOrderHandlesInOffsetOrderAndMovesThePosition) {
  DispatchRig rig(rig_config(), note);
  auto& partition = rig.assign();
  rig.admit(partition, 10, 3);
  rig.admit(partition, 20, 2);  // a gap: compaction, transaction markers
  EXPECT_EQ(rig.position(partition), -1);
  rig.run_all();
  EXPECT_THAT(seen, ElementsAre(10, 11, 12, 20, 21));
  EXPECT_EQ(rig.position(partition), 22);
  EXPECT_EQ(partition.in_flight(), 0U);
  EXPECT_EQ(rig.messages.live(), 0U) << "finished records are released";
}

TEST_F(DispatcherTest, OneRunOfAPartitionIsOutAtATime) {
  DispatchRig rig(rig_config(), note);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 5);
  rig.turn();
  rig.admit(partition, 5, 5);
  rig.turn();
  EXPECT_EQ(rig.jobs.size(), 1U);
  auto& other = rig.assign(1);
  rig.admit(other, 0, 1);
  rig.turn();
  EXPECT_EQ(rig.jobs.size(), 2U) << "another partition does not wait";
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 10);
}

TEST_F(DispatcherTest, AFailedRecordIsTriedAgainInItsPlaceAndHoldsNoThread) {
  ConsumerConfig config = rig_config();
  config.failure.backoff = {.initial = 100ms, .max = 1s, .multiplier = 2, .jitter = 0};
  std::vector<unsigned> attempts;
  DispatchRig rig(config, [&](const Record& record, Context& context) {
    if (record.offset() == Offset{1}) {
      attempts.push_back(context.attempt());
      if (attempts.size() < 3) throw std::runtime_error("not yet");
    }
    note(record);
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  rig.run_all();
  EXPECT_THAT(seen, ElementsAre(0));
  EXPECT_EQ(rig.position(partition), 1) << "the position stays before the failed record";
  EXPECT_THAT(rig.jobs, IsEmpty()) << "nothing waits on a worker";
  rig.pass(101ms);
  EXPECT_THAT(seen, ElementsAre(0));
  rig.pass(150ms);
  EXPECT_THAT(seen, ElementsAre(0)) << "the second pause is longer";
  rig.pass(60ms);
  EXPECT_THAT(seen, ElementsAre(0, 1, 2));
  EXPECT_THAT(attempts, ElementsAre(1U, 2U, 3U));
  EXPECT_EQ(rig.position(partition), 3);
  EXPECT_EQ(rig.dispatcher().counters.retries, 2U);
}

TEST_F(DispatcherTest, ExhaustedStopsBeforeTheRecordByDefault) {
  ConsumerConfig config = rig_config();
  config.failure.attempts_max = 1;
  DispatchRig rig(config, [](const Record& record) {
    if (record.offset() == Offset{1}) throw std::runtime_error("bad date");
    note(record);
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  rig.run_all();
  ASSERT_TRUE(rig.stopped);
  EXPECT_EQ(rig.stopped->code, ErrorCode::handler_failed);
  EXPECT_THAT(rig.stopped->message, HasSubstr("orders[0]@1"));
  EXPECT_THAT(rig.stopped->message, HasSubstr("bad date"));
  EXPECT_THAT(seen, ElementsAre(0));
  EXPECT_EQ(rig.position(partition), 1);
}

TEST_F(DispatcherTest, ADeadLetterHoldsTheCommitUntilItIsAcknowledged) {
  ConsumerConfig config = dead_letter_config();
  DispatchRig rig(config, [](const Record& record) {
    if (record.offset() == Offset{1}) throw std::runtime_error("bad date");
    note(record);
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  rig.run_all();
  ASSERT_EQ(rig.letters.size(), 1U);
  EXPECT_EQ(rig.position(partition), 1);
  EXPECT_THAT(seen, ElementsAre(0)) << "its order waits for the acknowledgement";
  EXPECT_FALSE(rig.dispatcher().quiet(partition));
  rig.acknowledge(fail(ErrorCode::dead_letter_failed, "no leader"));
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 1) << "a dead letter that was not taken finishes nothing";
  rig.pass(1min);
  ASSERT_EQ(rig.letters.size(), 1U) << "it is sent again";
  rig.acknowledge();
  rig.run_all();
  EXPECT_THAT(seen, ElementsAre(0, 2));
  EXPECT_EQ(rig.position(partition), 3);
  EXPECT_EQ(rig.dispatcher().counters.dead_lettered, 1U);
  EXPECT_TRUE(rig.dispatcher().quiet(partition));
}

TEST_F(DispatcherTest, ADeadLettersFailureIsTheBrokersAndNotTheClients) {
  ConsumerConfig config = dead_letter_config(Ordering::none);
  DispatchRig rig(config, [](const Record&) { throw std::runtime_error("bad date"); });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 2);
  rig.run_all();
  ASSERT_EQ(rig.letters.size(), 2U);
  const Error refusal{ErrorCode::authorization, "not allowed"};
  rig.acknowledge(Unexpected(refusal));
  rig.acknowledge(Unexpected(refusal));
  rig.client_refuses = refusal;
  for (int i = 0; i < 5; ++i) rig.pass(1min);
  EXPECT_THAT(rig.letters, IsEmpty());
  EXPECT_EQ(rig.dispatcher().counters.dead_letter_failures, 2U) << "one for each record";
  rig.client_refuses.reset();
  rig.pass(1min);
  ASSERT_EQ(rig.letters.size(), 2U) << "it is tried until it is taken";
  rig.acknowledge(Unexpected(refusal));
  EXPECT_EQ(rig.dispatcher().counters.dead_letter_failures, 3U) << "and for each attempt";
  rig.pass(1min);
  rig.acknowledge();
  rig.acknowledge();
  EXPECT_EQ(rig.position(partition), 2);
}

TEST_F(DispatcherTest, ADeadLetterTheClientRefusesIsCountedOnce) {
  ConsumerConfig config = dead_letter_config();
  DispatchRig rig(config, [](const Record&) { throw std::runtime_error("bad date"); });
  auto& partition = rig.assign();
  rig.client_refuses = Error{ErrorCode::dead_letter_failed, "larger than message.max.bytes"};
  rig.admit(partition, 0, 1);
  rig.run_all();
  for (int i = 0; i < 5; ++i) rig.pass(1min);
  EXPECT_EQ(rig.dispatcher().counters.dead_letter_failures, 1U);
  EXPECT_FALSE(rig.dispatcher().quiet(partition)) << "and it is waited for";
}

TEST_F(DispatcherTest, DropPassesTheRecordAndCountsIt) {
  ConsumerConfig config = rig_config();
  config.failure.attempts_max = 1;
  config.failure.exhausted = Exhausted::drop;
  DispatchRig rig(config, [](const Record& record) {
    if (record.offset() == Offset{0}) throw 42;
    note(record);
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 2);
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 2);
  EXPECT_EQ(rig.dispatcher().counters.dropped, 1U);
  EXPECT_EQ(rig.messages.live(), 0U);
}

TEST_F(DispatcherTest, ParkHoldsItsKeyAndThePositionWhileOthersGoOn) {
  ConsumerConfig config = rig_config(Ordering::key);
  config.failure.attempts_max = 1;
  config.failure.exhausted = Exhausted::park;
  DispatchRig rig(config, [](const Record& record) {
    if (record.key() == "bad") throw std::runtime_error("no");
    note(record);
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, {"a", "bad", "b", "bad", "a"});
  rig.run_all();
  EXPECT_THAT(seen, testing::UnorderedElementsAre(0, 2, 4));
  EXPECT_EQ(rig.position(partition), 1);
  EXPECT_EQ(partition.counters.parked, 1U);
  EXPECT_EQ(partition.in_flight(), 2U);
}

TEST_F(DispatcherTest, WhatIsQueuedBehindAParkedRecordIsNotWaitedFor) {
  ConsumerConfig config = rig_config();
  config.failure.attempts_max = 2;
  config.failure.exhausted = Exhausted::park;
  DispatchRig rig(config, [](const Record& record) {
    if (record.offset() == Offset{1}) throw std::runtime_error("no");
    note(record);
  });
  auto& partition = rig.assign();
  EXPECT_TRUE(rig.dispatcher().quiet(partition));
  rig.admit(partition, 0, 5);
  EXPECT_FALSE(rig.dispatcher().quiet(partition)) << "what is queued will start";
  rig.run_all();
  EXPECT_EQ(partition.counters.waiting_retry, 1U);
  EXPECT_FALSE(rig.dispatcher().quiet(partition)) << "the retry will start";
  rig.pass(1h);
  EXPECT_EQ(partition.counters.parked, 1U);
  EXPECT_EQ(partition.in_flight(), 4U);
  EXPECT_TRUE(rig.dispatcher().quiet(partition)) << "nothing will ever start";
}

TEST_F(DispatcherTest, ARetryHoldsOnlyItsKey) {
  ConsumerConfig config = rig_config(Ordering::key);
  bool failed = false;
  DispatchRig rig(config, [&](const Record& record) {
    if (record.offset() == Offset{0} && !std::exchange(failed, true)) {
      throw std::runtime_error("once");
    }
    note(record);
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, {"a", "b", "a", "c", "a"});
  rig.run_all();
  EXPECT_THAT(seen, testing::UnorderedElementsAre(1, 3));
  rig.admit(partition, 5, {"a", "d"});
  rig.run_all();
  EXPECT_THAT(seen, testing::UnorderedElementsAre(1, 3, 6)) << "later ones of the key wait, too";
  rig.pass(1s);
  std::erase_if(seen,
                [](std::int64_t offset) { return offset == 1 || offset == 3 || offset == 6; });
  EXPECT_THAT(seen, ElementsAre(0, 2, 4, 5));
  EXPECT_EQ(rig.position(partition), 7);
  EXPECT_EQ(partition.busy_strands(), 0U) << "nothing waits for the key any more";
}

TEST_F(DispatcherTest, NullKeysKeepPartitionOrder) {
  DispatchRig rig(rig_config(Ordering::key), note);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 50);
  rig.run_all();
  EXPECT_TRUE(std::ranges::is_sorted(seen));
  EXPECT_EQ(seen.size(), 50U);
}

TEST_F(DispatcherTest, AStuckRecordHoldsUpNoOtherKeyOfItsLane) {
  // The handler of the stuck record plays the poller: it lets time pass and the poller look, from
  // inside.
  DispatchRig* poller = nullptr;
  std::size_t finished_meanwhile = 0;
  DispatchRig rig(rig_config(Ordering::key), [&](const Record& record) {
    if (record.offset() == Offset{0}) {
      poller->clock.advance(20ms);
      poller->dispatcher().take_back_slow();
      poller->clock.advance(20ms);
      poller->dispatcher().take_back_slow();
      poller->run_all();
      finished_meanwhile = seen.size();
    }
    note(record);
  });
  poller = &rig;
  auto& partition = rig.assign();
  std::vector<std::optional<std::string>> keys;
  for (int i = 0; i < 200; ++i) keys.emplace_back("key" + std::to_string(i));
  keys.emplace_back("key0");
  rig.admit(partition, 0, keys);
  rig.run_all();
  EXPECT_EQ(finished_meanwhile, 199U) << "all but the stuck record and its key's next one";
  EXPECT_EQ(seen.back(), 200) << "the key's next record comes after it";
  EXPECT_EQ(rig.position(partition), 201);
}

TEST_F(DispatcherTest, NoOrderHandsOutSeveralRunsOfOnePartition) {
  DispatchRig rig(rig_config(Ordering::none), note);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 1000);
  rig.turn();
  EXPECT_GT(rig.jobs.size(), 1U);
  rig.run_job(1);
  rig.turn();
  EXPECT_EQ(rig.position(partition), -1) << "what is before it has not finished";
  rig.run_all();
  EXPECT_EQ(rig.position(partition), 1000);
}

TEST_F(DispatcherTest, AFactoryMakesOneHandlerPerStrand) {
  struct Counting final : Handler {
    Outcome handle(const Record& record, Context&) override {
      note(record);
      ++count;
      return Outcome::done;
    }
    int count = 0;
  };
  std::vector<StrandInfo> made;
  DispatchRig rig(rig_config(), [&](const StrandInfo& strand) {
    made.push_back(strand);
    return std::make_unique<Counting>();
  });
  rig.admit(rig.assign(0), 0, 3);
  rig.admit(rig.assign(1), 0, 3);
  rig.run_all();
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[1].partition.partition, PartitionId{1});
}

TEST_F(DispatcherTest, AFactoryThatThrowsStopsTheConsumerAndLosesNothing) {
  DispatchRig rig(rig_config(), [](const StrandInfo&) -> std::unique_ptr<Handler> {
    throw std::runtime_error("no database");
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  rig.run_all();
  ASSERT_TRUE(rig.stopped);
  EXPECT_THAT(rig.stopped->message, HasSubstr("no database"));
  EXPECT_EQ(partition.in_flight(), 3U);
}

TEST_F(DispatcherTest, QuiesceTakesBackWhatHasNotBegun) {
  DispatchRig rig(rig_config(), note);
  auto& partition = rig.assign();
  rig.admit(partition, 0, 10);
  rig.turn();
  rig.dispatcher().quiesce(partition);
  rig.run_all();
  EXPECT_THAT(seen, IsEmpty());
  EXPECT_TRUE(rig.dispatcher().quiet(partition));
  EXPECT_EQ(partition.queued(), 10U);
  rig.dispatcher().fence(partition);
  EXPECT_EQ(rig.messages.live(), 0U);
}

TEST_F(DispatcherTest, WhatFinishesAfterTheEpochCountsForNothing) {
  DispatchRig* poller = nullptr;
  detail::Partition* ours = nullptr;
  DispatchRig rig(rig_config(), [&](const Record& record) {
    if (record.offset() == Offset{0}) poller->dispatcher().fence(*ours);
    note(record);
  });
  poller = &rig;
  ours = &rig.assign();
  rig.admit(*ours, 0, 100);
  rig.turn();
  rig.run_job();
  EXPECT_EQ(rig.messages.live(), 100U) << "the worker still had them";
  rig.turn();
  EXPECT_EQ(rig.position(*ours), -1);
  EXPECT_GE(rig.dispatcher().counters.late_completions_fenced, 1U);
  EXPECT_TRUE(ours->unreferenced());
  EXPECT_EQ(rig.messages.live(), 0U);
}

TEST_F(DispatcherTest, CommittingFromAHandlerFinishesItsRecord) {
  DispatchRig rig(rig_config(), [](const Record& record, Context& context) {
    note(record);
    if (record.offset() == Offset{1}) {
      context.commit_async([](const Result<Offset>&) {});
      throw std::runtime_error("too late: it has been declared finished");
    }
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 3);
  rig.run_all();
  EXPECT_EQ(rig.commit_requests.size(), 1U);
  EXPECT_THAT(seen, ElementsAre(0, 1, 2));
  EXPECT_EQ(rig.position(partition), 3);
}

}  // namespace
}  // namespace strandline::test

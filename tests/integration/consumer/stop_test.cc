// Every way of stopping, with handlers that finish and handlers that do not.

#include <strandline/strandline.h>

#include "support/cluster_fixture.h"
#include "support/log_capture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace strandline::testing {
namespace {

constexpr int kRecords = 200;  // in each partition

class StopTest : public ClusterTest {
 protected:
  [[nodiscard]] std::size_t all() const { return static_cast<std::size_t>(partitions * kRecords); }
  Journal journal;
};

TEST_F(StopTest, RequestedBeforeRun) {
  fill(kRecords);
  Consumer consumer(config());
  consumer.request_stop();
  const RunSummary summary = consumer.run([&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(summary.ok());
  EXPECT_EQ(journal.size(), 0U);
  EXPECT_EQ(consumer.state(), State::closed);
}

TEST_F(StopTest, RequestedFromAHandler) {
  fill(kRecords);
  Consumer consumer(config());
  const RunSummary summary = consumer.run([&](const Record& record) {
    journal.write(record);
    if (record.offset() == Offset{100}) consumer.request_stop();
  });
  EXPECT_TRUE(summary.ok());
  for (std::int32_t p = 0; p < partitions; ++p) {
    EXPECT_EQ(std::max<std::int64_t>(0, committed(p)),
              static_cast<std::int64_t>(journal.offsets()[orders(p)].size()));
  }
}

TEST_F(StopTest, RequestedAfterRunAndTwice) {
  fill(kRecords);
  LiveConsumer consumer(config(), [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(journal.wait_for(all()));
  consumer->request_stop();
  EXPECT_TRUE(consumer.stop().ok());
  consumer->request_stop(StopMode::now);
  EXPECT_EQ(consumer->state(), State::closed);
  EXPECT_TRUE(all_committed());
}

TEST_F(StopTest, ByAStopToken) {
  fill(kRecords);
  std::stop_source source;
  LiveConsumer consumer(config(), [&](Consumer& c) {
    return c.run([&](const Record& record) { journal.write(record); }, source.get_token());
  });
  EXPECT_TRUE(journal.wait_for(all()));
  source.request_stop();
  EXPECT_TRUE(consumer.join().ok());
  EXPECT_TRUE(all_committed());
}

TEST_F(StopTest, ByAStopTokenThatWasStoppedBefore) {
  std::stop_source source;
  source.request_stop();
  Consumer consumer(config());
  EXPECT_TRUE(consumer.run([](const Record&) {}, source.get_token()).ok());
}

TEST_F(StopTest, ASecondRunIsRefused) {
  LiveConsumer consumer(config(), [&](const Record&) {});
  EXPECT_TRUE(eventually([&] { return consumer->state() == State::running; }));
  const RunSummary meanwhile = consumer->run([](const Record&) {});
  ASSERT_FALSE(meanwhile.ok());
  EXPECT_EQ(meanwhile.error->code, ErrorCode::invalid_state);
  EXPECT_TRUE(consumer.stop().ok());
  const RunSummary afterwards = consumer->run([](const Record&) {});
  ASSERT_FALSE(afterwards.ok());
  EXPECT_EQ(afterwards.error->code, ErrorCode::invalid_state);
  EXPECT_EQ(consumer->state(), State::closed);
}

class DrainTest : public StopTest {
 protected:
  /// Records wait for the door, and are handled once it is open.
  RunSummary stop_with_queue(Drain drain) {
    fill(kRecords);
    ConsumerConfig settings = config();
    settings.shutdown.drain = drain;
    LiveConsumer consumer(settings, [&](const Record& record) {
      door.wait();
      journal.write(record);
    });
    EXPECT_TRUE(eventually([&] { return consumer.total().polled == all(); }));
    EXPECT_TRUE(door.wait_for_visitors(1));
    consumer->request_stop();
    EXPECT_TRUE(eventually([&] { return consumer->state() == State::draining; }));
    // `running` takes the queue back first; whether it has is seen in the statistics only.
    EXPECT_TRUE(eventually([&] { return drain == Drain::admitted || none_will_start(consumer); }));
    door.open();
    return consumer.join();
  }
  static bool none_will_start(const LiveConsumer& consumer) {
    const InstanceStats total = consumer.total();
    std::size_t started = 0;
    for (const PartitionStats& partition : total.partitions) {
      started += partition.in_flight - partition.queued;
    }
    return started <= total.runs_out * 64;
  }

  Door door;
};

TEST_F(DrainTest, RunningGivesTheQueueBackUnstarted) {
  const RunSummary summary = stop_with_queue(Drain::running);
  EXPECT_TRUE(summary.ok());
  EXPECT_TRUE(summary.left.empty());
  EXPECT_EQ(summary.left_in_flight, 0U);
  EXPECT_LT(journal.size(), all());
  EXPECT_EQ(summary.left_queued + journal.size(), all());
  for (std::int32_t p = 0; p < partitions; ++p) {
    EXPECT_EQ(std::max<std::int64_t>(0, committed(p)),
              static_cast<std::int64_t>(journal.offsets()[orders(p)].size()));
  }
  // What was given back comes again, and only that.
  LiveConsumer next(config(), [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(journal.wait_for(all()));
  next.stop();
  EXPECT_TRUE(each_once(journal));
}

TEST_F(DrainTest, AdmittedFinishesTheQueueToo) {
  const RunSummary summary = stop_with_queue(Drain::admitted);
  EXPECT_TRUE(summary.ok());
  EXPECT_EQ(summary.left_queued, 0U);
  EXPECT_EQ(journal.size(), all());
  EXPECT_TRUE(all_committed());
}

TEST_F(StopTest, NowCutsADrainShort) {
  fill(kRecords);
  Door door;
  LiveConsumer consumer(config(), [&](const Record& record) {
    if (record.offset() == Offset{20}) door.wait();
    journal.write(record);
  });
  EXPECT_TRUE(door.wait_for_visitors(partitions));
  // Its predecessors are not held up by it: they are committed while it hangs.
  for (std::int32_t p = 0; p < partitions; ++p) {
    EXPECT_TRUE(eventually([&] { return committed(p) == 20; }));
  }
  consumer->request_stop();
  EXPECT_TRUE(eventually([&] { return consumer->state() == State::draining; }));
  EXPECT_FALSE(consumer.has_ended());
  const RunSummary summary = consumer.stop(StopMode::now);
  ASSERT_EQ(summary.left.size(), static_cast<std::size_t>(partitions));
  EXPECT_EQ(summary.left_in_flight, static_cast<std::size_t>(partitions));
  for (const LeftRecord& left : summary.left) EXPECT_EQ(left.offset, Offset{20});
  for (std::int32_t p = 0; p < partitions; ++p) EXPECT_EQ(committed(p), 20);
  door.open();
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(partitions * 21)));
}

TEST_F(StopTest, AHandlerThatHangsPastTheDeadlineIsNamedAndLeftBehind) {
  fill(kRecords);
  LogCapture log;
  ConsumerConfig settings = config();
  settings.shutdown.drain_timeout = std::chrono::milliseconds(200);
  Door door;
  std::mutex mutex;
  std::optional<Result<Offset>> late_commit;
  {
    LiveConsumer consumer(settings, [&](const Record& record, Context& context) {
      if (record.partition() == PartitionId{1} && record.offset() == Offset{20}) {
        door.wait();
        // Asks something of a consumer that is gone.
        Result<Offset> answer = context.commit();
        const std::scoped_lock lock(mutex);
        late_commit = std::move(answer);
      }
      journal.write(record);
    });
    EXPECT_TRUE(door.wait_for_visitors(1));
    EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(2 * kRecords + 20)));
    const RunSummary summary = consumer.stop();
    ASSERT_EQ(summary.left.size(), 1U);
    EXPECT_EQ(summary.left[0].partition, orders(1));
    EXPECT_EQ(summary.left[0].offset, Offset{20});
    EXPECT_EQ(summary.left_in_flight, 1U);
  }
  EXPECT_GE(log.count("did not finish in time"), 1U);
  EXPECT_EQ(committed(0), kRecords);
  EXPECT_EQ(committed(1), 20);
  door.open();
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(2 * kRecords + 21)));
  const std::scoped_lock lock(mutex);
  ASSERT_TRUE(late_commit);
  EXPECT_FALSE(*late_commit) << "nothing may be committed any more";
  EXPECT_EQ(committed(1), 20);
}

TEST_F(StopTest, ACompletionAnsweredAfterTheConsumerIsGoneHarmsNobody) {
  fill(1);
  std::mutex mutex;
  std::vector<Completion> kept;
  ConsumerConfig settings = config();
  settings.shutdown.drain_timeout = std::chrono::milliseconds(100);
  {
    LiveConsumer consumer(settings, [&](const Record&, Completion completion) {
      const std::scoped_lock lock(mutex);
      kept.push_back(std::move(completion));
    });
    EXPECT_TRUE(eventually([&] {
      const std::scoped_lock lock(mutex);
      return kept.size() == 3;
    }));
    const RunSummary summary = consumer.stop();
    EXPECT_EQ(summary.left.size(), 3U);
  }
  EXPECT_EQ(kept[0].record().value(), "0") << "a record lives as long as its completion";
  std::move(kept[0]).done();
  std::move(kept[1]).retry("too late");
  kept.clear();
  for (std::int32_t p = 0; p < partitions; ++p) EXPECT_EQ(committed(p), -1);
}

TEST_F(StopTest, AHandlerThatWatchesItsStopTokenGivesUpInTime) {
  fill(1);
  ConsumerConfig settings = config();
  settings.shutdown.drain_timeout = std::chrono::milliseconds(100);
  std::atomic<int> gave_up{0};
  Door inside;
  inside.open();
  LiveConsumer consumer(settings, [&](const Record&, Context& context) {
    inside.wait();
    std::mutex mutex;
    std::condition_variable_any condition;
    std::unique_lock lock(mutex);
    condition.wait_for(lock, context.stop_token(), kDeadline, [] { return false; });
    ++gave_up;
    return Outcome::retry;
  });
  EXPECT_TRUE(inside.wait_for_visitors(partitions));
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_TRUE(eventually([&] { return gave_up == partitions; }));
  for (std::int32_t p = 0; p < partitions; ++p) EXPECT_EQ(committed(p), -1);
}

TEST_F(StopTest, ASleepingCoroutineIsWokenByItsStopToken) {
  fill(1);
  ConsumerConfig settings = config();
  settings.shutdown.drain_timeout = std::chrono::milliseconds(100);
  std::atomic<int> asleep{0};
  std::atomic<int> woken{0};
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): `run` keeps it alive.
  const auto handler = [&](const Record&, Context& context) -> Task<Outcome> {
    ++asleep;
    co_await context.sleep(std::chrono::hours(1));
    ++woken;
    co_return Outcome::retry;
  };
  LiveConsumer consumer(settings, handler);
  EXPECT_TRUE(eventually([&] { return asleep == partitions; }));
  EXPECT_TRUE(consumer.stop().ok());
  EXPECT_TRUE(eventually([&] { return woken == partitions; }));
}

TEST_F(StopTest, RetriesWaitingForTheirTurnDoNotHoldTheStop) {
  fill(1);
  ConsumerConfig settings = config();
  settings.failure.backoff.initial = std::chrono::minutes(10);
  settings.failure.backoff.max = std::chrono::minutes(10);
  LiveConsumer consumer(settings, [&](const Record&) { throw 1; });
  EXPECT_TRUE(eventually([&] { return consumer.total().retries == 3; }));
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_EQ(summary.left_in_flight + summary.left_queued, 3U);
}

TEST_F(StopTest, DestroyedWhileItsRunGoesOnInAnotherThread) {
  fill(kRecords);
  auto consumer = std::make_unique<Consumer>(config());
  Consumer* const same = consumer.get();
  std::thread runner([&, same] {
    const RunSummary summary = same->run([&](const Record& record) { journal.write(record); });
    EXPECT_TRUE(summary.ok());
  });
  EXPECT_TRUE(journal.wait_for(all()));
  consumer.reset();
  runner.join();
}

}  // namespace
}  // namespace strandline::testing

// These tests leave clients behind on purpose, with threads that go on until the process ends. The
// exit handlers of OpenSSL free what such threads still use, so the process ends without them.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int result = RUN_ALL_TESTS();
  std::fflush(nullptr);
  std::_Exit(result);
}

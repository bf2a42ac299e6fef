// When positions are committed, and what becomes of those the broker refuses.

#include <strandline/strandline.h>

#include "support/cluster_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <ostream>
#include <span>
#include <string>

namespace strandline::testing {
namespace {

constexpr int kRecords = 300;  // in each partition
constexpr std::int16_t kOffsetCommit = 8;
constexpr auto kNever = std::chrono::hours(1);

/// What `on_commit` was told. Thread safety: all of it from any thread.
class CommitLog {
 public:
  void operator()(std::span<const CommitAnswer> answers) {
    const std::scoped_lock lock(mutex_);
    for (const CommitAnswer& answer : answers) {
      if (answer.error) {
        ++refused_;
      } else {
        acknowledged_[answer.partition] = answer.offset;
      }
    }
  }
  [[nodiscard]] Offset acknowledged(const TopicPartition& partition) const {
    const std::scoped_lock lock(mutex_);
    const auto found = acknowledged_.find(partition);
    return found == acknowledged_.end() ? Offset{} : found->second;
  }
  [[nodiscard]] int refused() const {
    const std::scoped_lock lock(mutex_);
    return refused_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<TopicPartition, Offset> acknowledged_;  // guarded by mutex_, as is refused_
  int refused_ = 0;
};

class CommitTest : public ClusterTest {
 protected:
  [[nodiscard]] std::size_t all() const { return static_cast<std::size_t>(partitions * kRecords); }
  [[nodiscard]] std::int64_t committed_in_all() {
    std::int64_t sum = 0;
    for (std::int32_t p = 0; p < partitions; ++p) sum += std::max<std::int64_t>(0, committed(p));
    return sum;
  }
  [[nodiscard]] ConsumerConfig config_with(CommitMode mode) {
    ConsumerConfig settings = config();
    settings.commit.mode = mode;
    settings.commit.on_commit = [this](auto answers) { heard(answers); };
    return settings;
  }

  CommitLog heard;
  Journal journal;
};

TEST_F(CommitTest, PeriodicCommitsWhileItRuns) {
  fill(kRecords);
  LiveConsumer consumer(config_with(CommitMode::periodic),
                        [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  for (std::int32_t p = 0; p < partitions; ++p) {
    EXPECT_TRUE(eventually([&] { return heard.acknowledged(orders(p)) == Offset{kRecords}; }));
  }
  EXPECT_EQ(heard.refused(), 0);
}

TEST_F(CommitTest, EveryRecordsCommitsBeforeTheIntervalHasPassed) {
  fill(kRecords);
  ConsumerConfig settings = config_with(CommitMode::periodic);
  settings.commit.interval = kNever;
  settings.commit.every_records = 100;
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  // Fewer than a hundred finished records may wait for the next request.
  EXPECT_TRUE(eventually([&] { return committed_in_all() > partitions * kRecords - 100; }));
  consumer.stop();
  EXPECT_TRUE(all_committed());
}

TEST_F(CommitTest, PerBatchTheNextBatchStartsAfterTheLastOnesCommit) {
  fill(kRecords);
  ConsumerConfig settings = config_with(CommitMode::per_batch);
  settings.fetch.batch_records_max = 50;
  std::atomic<int> early{0};
  LiveConsumer consumer(settings, [&](const Batch& batch) {
    const Offset first = batch.front().offset();
    const TopicPartition partition{std::string(batch.topic()), batch.partition()};
    if (first > Offset{0} && heard.acknowledged(partition) != first) ++early;
    for (const Record& record : batch) journal.write(record);
  });
  EXPECT_TRUE(journal.wait_for(all()));
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  EXPECT_EQ(early, 0);
  consumer.stop();
  EXPECT_TRUE(each_once(journal));
}

TEST_F(CommitTest, ManualCommitsWhenToldAndAnswersWhatIsCommitted) {
  fill(kRecords);
  ConsumerConfig settings = config_with(CommitMode::manual);
  settings.fetch.batch_records_max = 100;
  std::atomic<int> wrong{0};
  LiveConsumer consumer(settings, [&](const Batch& batch, Context& context) {
    for (const Record& record : batch) journal.write(record);
    const Result<Offset> done = context.commit();
    if (!done || *done != batch.back().offset().next()) ++wrong;
    if (heard.acknowledged(context.topic_partition()) != batch.back().offset().next()) ++wrong;
  });
  EXPECT_TRUE(journal.wait_for(all()));
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  EXPECT_EQ(wrong, 0);
}

TEST_F(CommitTest, ManualCommitsNothingUntoldBeforeItStops) {
  fill(kRecords);
  LiveConsumer consumer(config_with(CommitMode::manual),
                        [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(eventually([&] { return consumer.total().processed == all(); }));
  EXPECT_EQ(committed_in_all(), 0);
  EXPECT_EQ(consumer.total().commits_ok, 0U);
  consumer.stop();
  EXPECT_TRUE(all_committed());
}

TEST_F(CommitTest, ManualAsynchronousCommitsAreAnsweredOnceEach) {
  fill(kRecords);
  ConsumerConfig settings = config_with(CommitMode::manual);
  std::atomic<int> asked{0};
  std::atomic<int> answered{0};
  std::atomic<int> wrong{0};
  LiveConsumer consumer(settings, [&](const Record& record, Context& context) {
    journal.write(record);
    if (record.offset().value() % 100 != 99) return;
    ++asked;
    const Offset wanted = record.offset().next();
    context.commit_async([&, wanted](Result<Offset> done) {
      if (!done || *done < wanted) ++wrong;
      ++answered;
    });
  });
  EXPECT_TRUE(journal.wait_for(all()));
  EXPECT_TRUE(eventually([&] { return answered == 3 * partitions; }));
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  consumer.stop();
  EXPECT_EQ(asked, answered);
  EXPECT_EQ(wrong, 0);
}

TEST_F(CommitTest, ManualInKeyOrderAnswersAPositionBeforeWhatIsUnfinished) {
  cluster.produce(kTopic, {{.key = "slow", .value = "0", .partition = 0},
                           {.key = "fast", .value = "1", .partition = 0}});
  ConsumerConfig settings = config_with(CommitMode::manual);
  settings.order = Ordering::key;
  Door door;
  std::mutex mutex;
  std::optional<Result<Offset>> answer;
  LiveConsumer consumer(settings, [&](const Record& record, Context& context) {
    if (record.key() == "slow") {
      door.wait();
    } else {
      Result<Offset> done = context.commit();
      const std::scoped_lock lock(mutex);
      answer = std::move(done);
    }
    journal.write(record);
  });
  EXPECT_TRUE(journal.wait_for(1));
  {
    const std::scoped_lock lock(mutex);
    ASSERT_TRUE(answer);
    ASSERT_TRUE(*answer) << answer->error().message;
    EXPECT_EQ(**answer, Offset{}) << "nothing before it is finished";
  }
  EXPECT_LE(committed(0), 0);
  door.open();
  EXPECT_TRUE(journal.wait_for(2));
  consumer.stop();
  EXPECT_EQ(committed(0), 2);
}

TEST_F(CommitTest, ABlockingCommitInAnAsynchronousHandlerIsRefused) {
  fill(1);
  std::atomic<int> refused{0};
  LiveConsumer consumer(config_with(CommitMode::manual),
                        [&](const Record& record, Context& context, Completion completion) {
                          const Result<Offset> done = context.commit();
                          if (!done && done.error().code == ErrorCode::invalid_state) ++refused;
                          journal.write(record);
                          std::move(completion).done();
                        });
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(partitions)));
  consumer.stop();
  EXPECT_EQ(refused, partitions);
}

TEST_F(CommitTest, NoneLeavesTheGroupsOffsetsAlone) {
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.commit.mode = CommitMode::none;
  std::atomic<int> refused{0};
  LiveConsumer consumer(settings, [&](const Record& record, Context& context) {
    if (record.offset() == Offset{0}) {
      const Result<Offset> done = context.commit();
      if (!done && done.error().code == ErrorCode::invalid_state) ++refused;
    }
    journal.write(record);
  });
  EXPECT_TRUE(journal.wait_for(all()));
  EXPECT_TRUE(consumer.stop().ok());
  EXPECT_EQ(refused, partitions);
  for (std::int32_t p = 0; p < partitions; ++p) {
    EXPECT_FALSE(cluster.committed(kGroup, orders(p)).has_value());
  }
}

struct Refusal {
  const char* name;
  std::int16_t error;
  bool mended_by_client;  ///< librdkafka sends the request again by itself
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class RefusedCommitTest : public CommitTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(RefusedCommitTest, ThePositionStaysDirtyAndIsCommittedLater) {
  fill(kRecords);
  cluster.fail_requests(kOffsetCommit, GetParam().error, 3);
  LiveConsumer consumer(config_with(CommitMode::periodic),
                        [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  if (!GetParam().mended_by_client) {
    EXPECT_GE(heard.refused(), 1);
    EXPECT_GE(consumer.total().commits_failed, 1U);
  }
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_TRUE(each_once(journal));
}

TEST_P(RefusedCommitTest, TheFinalCommitIsTriedAgainToo) {
  fill(kRecords);
  ConsumerConfig settings = config_with(CommitMode::periodic);
  settings.commit.interval = kNever;
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(eventually([&] { return consumer.total().processed == all(); }));
  cluster.fail_requests(kOffsetCommit, GetParam().error, 1);
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_TRUE(all_committed());
}

INSTANTIATE_TEST_SUITE_P(Errors, RefusedCommitTest,
                         ::testing::Values(Refusal{"CoordinatorLoadInProgress", 14, true},
                                           Refusal{"CoordinatorNotAvailable", 15, true},
                                           Refusal{"NotCoordinator", 16, true},
                                           Refusal{"RebalanceInProgress", 27, false},
                                           Refusal{"InvalidCommitOffsetSize", 28, false},
                                           Refusal{"GroupAuthorizationFailed", 30, false}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(CommitTest, AThrowingCommitListenerStopsNothing) {
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.commit.on_commit = [](std::span<const CommitAnswer>) { throw 1; };
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  EXPECT_TRUE(consumer.stop().ok());
}

}  // namespace
}  // namespace strandline::testing

// Handlers that fail, in every way there is, and what the policy makes of it.

#include <strandline/strandline.h>

#include "failure_fixture.h"
#include "support/log_capture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace strandline::testing {
namespace {

constexpr std::int16_t kProduce = 0;

TEST_F(FailureTest, ARetrySucceedsInItsPlaceInTheOrder) {
  fill(kRecords);
  std::mutex mutex;
  std::vector<unsigned> counted;
  LiveConsumer consumer(config_with(Exhausted::stop), [&](const Record& record, Context& context) {
    if (is_bad(record)) {
      const std::scoped_lock lock(mutex);
      counted.push_back(context.attempt());
      if (context.attempt() < 3) throw std::runtime_error("busy");
    }
    journal.write(record);
  });
  EXPECT_TRUE(journal.wait_for(all()));
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_EQ(counted, (std::vector<unsigned>{1, 2, 3}));
  EXPECT_EQ(journal.offsets()[orders(0)], up_to(kRecords));
  EXPECT_TRUE(all_committed());
  EXPECT_EQ(summary.stats.total().failed, 2U);
  EXPECT_EQ(summary.stats.total().retries, 2U);
  EXPECT_EQ(summary.stats.total().processed, all());
}

TEST_F(FailureTest, ExhaustedStopEndsWithTheReasonAndCommitsRightBeforeTheRecord) {
  fill(kRecords);
  LiveConsumer consumer(config_with(Exhausted::stop), throwing());
  const RunSummary summary = consumer.join();
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error->code, ErrorCode::handler_failed);
  EXPECT_NE(summary.error->message.find("orders[0]@40"), std::string::npos)
      << summary.error->message;
  EXPECT_NE(summary.error->message.find("no such customer"), std::string::npos);
  EXPECT_EQ(attempts, 3);
  EXPECT_EQ(committed(0), 40);
  EXPECT_EQ(consumer->state(), State::failed);
  EXPECT_EQ(journal.offsets()[orders(0)], up_to(40));
}

TEST_F(FailureTest, ADeadLetterKeepsTheRecordAndSaysWhereItComesFrom) {
  cluster.create_topic(kDeadLetters, 1);
  cluster.produce(kTopic, numbered(40, 0));
  cluster.produce(kTopic,
                  {{.key = "bad key",
                    .value = std::string("bad\0value", 9),
                    .partition = 0,
                    .headers = {{"trace", "1"}, {"trace", "2"}, {"empty", ""}, {"null", {}}}}});
  cluster.produce(kTopic, numbered(kRecords, 1));
  std::optional<OwnedRecord> original;
  std::mutex mutex;
  LiveConsumer consumer(config_with(Exhausted::dead_letter), [&](const Record& record) {
    if (is_bad(record)) {
      const std::scoped_lock lock(mutex);
      original = record.copy();
      throw std::runtime_error("no such customer");
    }
  });
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_EQ(summary.stats.total().dead_lettered, 1U);

  ConsumerConfig reading = config();
  reading.group_id = "undertaker";
  reading.topics = {kDeadLetters};
  std::optional<OwnedRecord> letter;
  LiveConsumer reader(reading, [&](const Record& record) {
    const std::scoped_lock lock(mutex);
    letter = record.copy();
  });
  ASSERT_TRUE(eventually([&] { return reader.total().processed == 1; }));
  reader.stop();
  ASSERT_TRUE(original && letter);
  EXPECT_EQ(letter->key, original->key);
  EXPECT_EQ(letter->value, original->value);
  EXPECT_EQ(letter->timestamp.since_epoch, original->timestamp.since_epoch);
  ASSERT_GT(letter->headers.size(), 4U);
  EXPECT_EQ((std::vector(letter->headers.begin(), letter->headers.begin() + 4)), original->headers);
  const std::map<std::string, std::optional<std::string>> said(letter->headers.begin() + 4,
                                                               letter->headers.end());
  EXPECT_EQ(said.at("strandline.origin.topic"), kTopic);
  EXPECT_EQ(said.at("strandline.origin.partition"), "0");
  EXPECT_EQ(said.at("strandline.origin.offset"), "40");
  EXPECT_EQ(said.at("strandline.failure.attempts"), "3");
  EXPECT_NE(said.at("strandline.failure.reason")->find("no such customer"), std::string::npos);
}

TEST_F(FailureTest, TheCommitWaitsForTheDeadLettersAcknowledgement) {
  cluster.create_topic(kDeadLetters, 1);
  fill(kRecords);
  ConsumerConfig settings = config_with(Exhausted::dead_letter);
  // Refused for good, so that the client reports each instead of repeating it by itself.
  constexpr std::int16_t kTopicAuthorizationFailed = 29;
  cluster.fail_requests(kProduce, kTopicAuthorizationFailed, 2);
  std::uint64_t ahead = 0;
  LiveConsumer consumer(settings, throwing());
  EXPECT_TRUE(eventually([&] {
    // Read in this order: a letter acknowledged in between is no fault.
    const std::int64_t position = committed(0);
    const InstanceStats stats = consumer.total();
    if (position > 40 && stats.dead_lettered == 0 &&
        cluster.read({kDeadLetters, PartitionId{0}}).empty()) {
      ++ahead;
    }
    return static_cast<bool>(all_committed());
  }));
  EXPECT_EQ(ahead, 0U);
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_GE(summary.stats.total().dead_letter_failures, 2U);
  EXPECT_EQ(summary.stats.total().dead_lettered, 1U);
  EXPECT_EQ(cluster.read({kDeadLetters, PartitionId{0}}).size(), 1U);
}

TEST_F(FailureTest, ADeadLetterThatIsNeverTakenHoldsThePosition) {
  cluster.create_topic(kDeadLetters, 1);
  fill(kRecords);
  constexpr std::int16_t kTopicAuthorizationFailed = 29;
  cluster.fail_requests(kProduce, kTopicAuthorizationFailed, 10'000);
  ConsumerConfig settings = config_with(Exhausted::dead_letter);
  settings.shutdown.drain_timeout = std::chrono::milliseconds(200);
  LiveConsumer consumer(settings, throwing());
  EXPECT_TRUE(eventually([&] { return consumer.total().dead_letter_failures >= 2; }));
  EXPECT_TRUE(eventually([&] { return committed(1) == kRecords; })) << "others go on";
  const RunSummary summary = consumer.stop();
  EXPECT_EQ(committed(0), 40);
  EXPECT_TRUE(summary.ok());
}

TEST_F(FailureTest, ADroppedRecordIsCountedAndPassed) {
  fill(kRecords);
  LogCapture log;
  LiveConsumer consumer(config_with(Exhausted::drop), throwing());
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  const RunSummary summary = consumer.stop();
  EXPECT_EQ(summary.stats.total().dropped, 1U);
  EXPECT_EQ(summary.stats.total().processed, all() - 1);
  EXPECT_EQ(attempts, 3);
  EXPECT_GE(log.count("orders[0]@40 dropped"), 1U);
}

TEST_F(FailureTest, AParkedRecordHoldsItsKeyAndThePositionAndComesAgain) {
  fill(kRecords);
  ConsumerConfig settings = config_with(Exhausted::park);
  settings.order = Ordering::key;
  LiveConsumer consumer(settings, throwing());
  EXPECT_TRUE(eventually([&] { return committed(1) == kRecords; }));
  // With it wait the later records of its key, and no others.
  std::size_t behind = 0;
  const auto records = numbered(kRecords, 0);
  for (std::size_t i = 40; i < records.size(); ++i) behind += records[i].key == records[40].key;
  EXPECT_TRUE(journal.wait_for(all() - behind));
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_EQ(journal.size(), all() - behind);
  EXPECT_EQ(committed(0), 40);

  Journal again;
  LiveConsumer next(config(), [&](const Record& record) { again.write(record); });
  EXPECT_TRUE(again.wait_for(kRecords - 40));
  next.stop();
  EXPECT_EQ(again.offsets()[orders(0)].front(), 40);
  EXPECT_TRUE(all_committed());
}

struct Nested : std::runtime_error, std::nested_exception {
  Nested() : std::runtime_error("outer") {}
};
struct NotAnException {
  std::string text = "bare";
};

TEST_F(FailureTest, AHandlerMayThrowAnything) {
  fill(kRecords);
  ConsumerConfig settings = config_with(Exhausted::drop);
  settings.failure.attempts_max = 1;
  LiveConsumer consumer(settings, [&](const Record& record) {
    switch (record.offset().value()) {
      case 10:
        throw 42;
      case 11:
        throw "a literal";
      case 12:
        throw NotAnException{};
      case 13:
        throw std::make_error_code(std::errc::timed_out);
      case 14:
        throw std::system_error(std::make_error_code(std::errc::io_error));
      case 15:
        try {
          throw std::logic_error("inner");
        } catch (...) {
          throw Nested{};
        }
      case 16:
        throw std::bad_alloc();
      case 17:
        throw std::exception_ptr{};
      default:
        journal.write(record);
    }
  });
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_EQ(summary.stats.total().dropped, 16U);
  EXPECT_EQ(journal.size(), all() - 16);
}

TEST_F(FailureTest, TheClassifierDecidesByTypeAndByCode) {
  fill(kRecords);
  ConsumerConfig settings = config_with(Exhausted::stop);
  settings.failure.attempts_max = 2;
  settings.failure.classify.on<std::invalid_argument>(Verdict::drop)
      .on(std::make_error_code(std::errc::no_such_file_or_directory), Verdict::drop);
  std::atomic<int> throws{0};
  LiveConsumer consumer(settings, [&](const Record& record, Context& context) {
    if (record.offset() == Offset{5}) {
      ++throws;
      throw std::invalid_argument("unreadable");
    }
    if (record.offset() == Offset{6}) {
      ++throws;
      return context.fail("gone", std::make_error_code(std::errc::no_such_file_or_directory));
    }
    journal.write(record);
    return Outcome::done;
  });
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  EXPECT_TRUE(consumer.stop().ok());
  EXPECT_EQ(throws, 2 * partitions) << "no second attempt";
  EXPECT_EQ(journal.size(), all() - 2 * static_cast<std::size_t>(partitions));
}

TEST_F(FailureTest, ADeadLetterWithoutATopicStopsAndSaysSo) {
  fill(kRecords);
  LiveConsumer consumer(config(), [&](const Record& record, Context& context) {
    if (is_bad(record)) return context.dead_letter("unreadable");
    return Outcome::done;
  });
  const RunSummary summary = consumer.join();
  ASSERT_FALSE(summary.ok());
  EXPECT_NE(summary.error->message.find("dead_letter_topic"), std::string::npos);
  EXPECT_EQ(committed(0), 40);
}

TEST_F(FailureTest, InABatchOnlyTheRecordsThatFailedComeAgain) {
  fill(kRecords);
  Journal failed;
  LiveConsumer consumer(config_with(Exhausted::stop), [&](const Batch& batch, Context& context) {
    BatchOutcome outcome = BatchOutcome::done();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (is_bad(batch[i]) && context.attempt() < 3) {
        failed.write(batch[i]);
        outcome.fail(i, {"not yet"});
      } else {
        journal.write(batch[i]);
      }
    }
    return outcome;
  });
  EXPECT_TRUE(journal.wait_for(all()));
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  const RunSummary summary = consumer.stop();
  EXPECT_TRUE(summary.ok());
  EXPECT_TRUE(each_once(journal));
  EXPECT_EQ(failed.size(), 2U);
}

TEST_F(FailureTest, ABatchThatThrowsFailsEachOfItsRecords) {
  fill(kRecords);
  ConsumerConfig settings = config_with(Exhausted::drop);
  settings.fetch.batch_records_max = 10;
  LiveConsumer consumer(settings, [&](const Batch& batch) {
    for (const Record& record : batch) {
      if (is_bad(record)) throw std::runtime_error("unreadable");
    }
    for (const Record& record : batch) journal.write(record);
  });
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  const InstanceStats total = consumer.stop().stats.total();
  EXPECT_GE(total.dropped, 1U);
  EXPECT_LE(total.dropped, 10U);
  EXPECT_EQ(total.dropped + total.processed, all());
  EXPECT_EQ(journal.size(), total.processed);
}

}  // namespace
}  // namespace strandline::testing

// Input nobody wishes for: a clear error or a named policy for each, never a silent skip.

#include <strandline/strandline.h>

#include "support/cluster_fixture.h"
#include "support/log_capture.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace strandline::testing {
namespace {

constexpr int kRecords = 50;  // in each partition

TEST(BadConfigTest, AllFaultsAtOnceEachWithAHint) {
  ConsumerConfig settings{.bootstrap_servers = "", .group_id = ""};
  settings.workers = 1'000'000;
  settings.in_flight.low_mark = 2;
  settings.failure.exhausted = Exhausted::dead_letter;
  settings.librdkafka["no.such.property"] = "1";
  settings.librdkafka["enable.auto.commit"] = "true";
  try {
    const Consumer consumer(settings);
    FAIL() << "such a configuration must be refused";
  } catch (const ConfigError& error) {
    EXPECT_GE(error.faults().size(), 8U);
    for (const ConfigFault& fault : error.faults()) {
      EXPECT_FALSE(fault.field.empty());
      EXPECT_FALSE(fault.problem.empty());
      EXPECT_FALSE(fault.hint.empty()) << fault.field << " " << fault.problem;
    }
    EXPECT_EQ(error.error().code, ErrorCode::invalid_config);
  }
  const Result<Consumer> created = Consumer::create(settings);
  ASSERT_FALSE(created);
  for (const char* name : {"bootstrap_servers", "group_id", "topics", "workers", "low_mark",
                           "dead_letter_topic", "no.such.property", "enable.auto.commit"}) {
    EXPECT_NE(created.error().message.find(name), std::string::npos) << name;
  }
}

TEST(UnreachableTest, IsSaidAndTheConsumerKeepsTryingUntilItIsStopped) {
  LogCapture log;
  // Nothing listens on port 1.
  LiveConsumer consumer({.bootstrap_servers = "127.0.0.1:1", .group_id = "g", .topics = {"t"}},
                        [](const Record&) {});
  EXPECT_TRUE(log.wait_for("127.0.0.1:1"));
  EXPECT_TRUE(log.wait_for("bootstrap_servers"));
  EXPECT_FALSE(consumer.has_ended());
  EXPECT_EQ(consumer->state(), State::running);
  EXPECT_TRUE(consumer.stop().ok());
}

class BadInputTest : public ClusterTest {
 protected:
  [[nodiscard]] std::size_t all() const { return static_cast<std::size_t>(partitions * kRecords); }
  Journal journal;
};

TEST_F(BadInputTest, ABrokerThatComesBackIsUsedAgain) {
  fill(kRecords);
  LogCapture log;
  cluster.set_broker_up(1, false);
  LiveConsumer consumer(config(), [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(log.wait_for("bootstrap_servers"));
  cluster.set_broker_up(1, true);
  EXPECT_TRUE(journal.wait_for(all()));
  EXPECT_TRUE(consumer.stop().ok());
  EXPECT_TRUE(all_committed());
}

TEST_F(BadInputTest, AMissingTopicIsNamedAndReadOnceItIsThere) {
  LogCapture log;
  ConsumerConfig settings = config();
  settings.topics = {kTopic, "invoices"};
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(log.wait_for("invoices"));
  EXPECT_FALSE(consumer.has_ended());
  cluster.create_topic("invoices", 1);
  cluster.produce("invoices", {{.value = "1", .partition = 0}});
  EXPECT_TRUE(journal.wait_for(1));
  EXPECT_TRUE(consumer.stop().ok());
}

TEST_F(BadInputTest, ARegularExpressionPicksUpATopicCreatedLater) {
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.topics.clear();
  settings.topic_pattern = "^orders.*";
  LiveConsumer consumer(settings, [&](const Record& record) { journal.write(record); });
  EXPECT_TRUE(journal.wait_for(all()));
  cluster.create_topic("other", 1);
  cluster.create_topic("orders.late", 1);
  cluster.produce("other", {{.value = "1", .partition = 0}});
  cluster.produce("orders.late", {{.value = "1", .partition = 0}});
  EXPECT_TRUE(
      eventually([&] { return journal.offsets().contains({"orders.late", PartitionId{0}}); }));
  EXPECT_TRUE(consumer.stop().ok());
  EXPECT_FALSE(journal.offsets().contains({"other", PartitionId{0}}));
}

TEST_F(BadInputTest, NullAndEmptyAreToldApart) {
  cluster.produce(kTopic, {{.key = std::nullopt, .value = std::nullopt, .partition = 0},
                           {.key = "", .value = "", .partition = 0},
                           {.key = "k", .value = std::nullopt, .partition = 0},
                           {.key = std::nullopt, .value = "v", .partition = 0}});
  for (const Ordering order : {Ordering::partition, Ordering::key}) {
    ConsumerConfig settings = config();
    settings.order = order;
    settings.group_id = "group " + std::to_string(static_cast<int>(order));
    std::mutex mutex;
    std::map<std::int64_t, OwnedRecord> seen;
    LiveConsumer consumer(settings, [&](const Record& record) {
      const std::scoped_lock lock(mutex);
      seen[record.offset().value()] = record.copy();
    });
    EXPECT_TRUE(eventually([&] { return consumer.total().processed == 4; }));
    consumer.stop();
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(seen[0].key, std::nullopt);
    EXPECT_EQ(seen[0].value, std::nullopt);
    EXPECT_EQ(seen[1].key, "");
    EXPECT_EQ(seen[1].value, "");
    EXPECT_EQ(seen[2].key, "k");
    EXPECT_EQ(seen[2].value, std::nullopt);
    EXPECT_EQ(seen[3].key, std::nullopt);
    EXPECT_EQ(seen[3].value, "v");
  }
}

TEST_F(BadInputTest, ALargeRecordWithManyHeaders) {
  constexpr std::size_t kHeaders = 10'000;
  ProducedRecord large{
      .key = std::string(100'000, 'k'), .value = std::string(1'000'000, 'v'), .partition = 0};
  for (std::size_t i = 0; i < kHeaders; ++i) {
    large.headers.emplace_back("header " + std::to_string(i % 100), std::to_string(i));
  }
  cluster.produce(kTopic, {large});
  std::mutex mutex;
  OwnedRecord seen;
  std::optional<std::string> last;
  LiveConsumer consumer(config(), [&](const Record& record) {
    const std::scoped_lock lock(mutex);
    seen = record.copy();
    const Headers headers = record.headers();
    if (const auto header = headers.last("header 7")) last = std::string(*header->value);
  });
  EXPECT_TRUE(eventually([&] { return consumer.total().processed == 1; }));
  consumer.stop();
  EXPECT_EQ(seen.key, large.key);
  EXPECT_EQ(seen.value, large.value);
  EXPECT_EQ(seen.headers, large.headers);
  EXPECT_EQ(last, "9907");
  EXPECT_EQ(committed(0), 1);
}

struct Undecodable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

TEST_F(BadInputTest, AnUndecodableRecordGoesWhereThePolicySaysAtOnce) {
  cluster.create_topic("orders.dead", 1);
  fill(kRecords);
  cluster.produce(kTopic, {{.key = "k", .value = "\xff\xfe", .partition = 1}});
  ConsumerConfig settings = config();
  settings.failure.exhausted = Exhausted::dead_letter;
  settings.failure.dead_letter_topic = "orders.dead";
  settings.failure.classify.on<Undecodable>(Verdict::exhausted);
  std::atomic<int> attempts{0};
  LiveConsumer consumer(settings, [&](const Record& record) {
    if (record.value().starts_with('\xff')) {
      ++attempts;
      throw Undecodable("not UTF-8");
    }
    journal.write(record);
  });
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  consumer.stop();
  EXPECT_EQ(attempts, 1);
  EXPECT_EQ(journal.size(), all());
  const auto letters = cluster.read({"orders.dead", PartitionId{0}});
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].value, "\xff\xfe");
}

TEST_F(BadInputTest, AKeyExtractorThatThrowsLosesNothing) {
  fill(kRecords);
  LogCapture log;
  ConsumerConfig settings = config();
  settings.order = Ordering::key;
  settings.key_extractor = [](const Record& record) -> std::optional<std::string_view> {
    if (record.offset().value() % 10 == 3) throw std::runtime_error("no customer in it");
    return record.value();
  };
  std::mutex mutex;
  std::vector<std::int64_t> thrown;  // of partition 0: ordered among themselves, as null keys are
  LiveConsumer consumer(settings, [&](const Record& record) {
    {
      const std::scoped_lock lock(mutex);
      if (record.partition() == PartitionId{0} && record.offset().value() % 10 == 3) {
        thrown.push_back(record.offset().value());
      }
    }
    journal.write(record);
  });
  EXPECT_TRUE(journal.wait_for(all()));
  EXPECT_TRUE(consumer.stop().ok());
  EXPECT_TRUE(each_once(journal));
  EXPECT_EQ(thrown, (std::vector<std::int64_t>{3, 13, 23, 33, 43}));
  EXPECT_GE(log.count("no customer in it"), 1U);
}

TEST_F(BadInputTest, AFactoryThatThrowsStopsBeforeTheFirstRecord) {
  fill(kRecords);
  LiveConsumer consumer(config(), [&](Consumer& c) {
    return c.run([](const StrandInfo&) -> std::unique_ptr<Handler> {
      throw std::runtime_error("no database");
    });
  });
  const RunSummary summary = consumer.join();
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error->code, ErrorCode::handler_failed);
  EXPECT_NE(summary.error->message.find("no database"), std::string::npos);
  for (std::int32_t p = 0; p < partitions; ++p) EXPECT_EQ(committed(p), -1);
}

TEST_F(BadInputTest, AFactoryThatMakesNothingStopsToo) {
  fill(kRecords);
  LiveConsumer consumer(config(), [&](Consumer& c) {
    return c.run([](const StrandInfo&) -> std::unique_ptr<Handler> { return nullptr; });
  });
  const RunSummary summary = consumer.join();
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error->code, ErrorCode::handler_failed);
  for (std::int32_t p = 0; p < partitions; ++p) EXPECT_EQ(committed(p), -1);
}

TEST_F(BadInputTest, TheGroupsAuthorizationIsRefused) {
  fill(kRecords);
  constexpr std::int16_t kFindCoordinator = 10;
  constexpr std::int16_t kGroupAuthorizationFailed = 30;
  cluster.fail_requests(kFindCoordinator, kGroupAuthorizationFailed, 1'000);
  LiveConsumer consumer(config(), [&](const Record& record) { journal.write(record); });
  const RunSummary summary = consumer.join();
  ASSERT_FALSE(summary.ok());
  EXPECT_EQ(summary.error->code, ErrorCode::authorization);
  EXPECT_NE(summary.error->message.find(kGroup), std::string::npos) << summary.error->message;
  EXPECT_EQ(journal.size(), 0U);
}

}  // namespace
}  // namespace strandline::testing

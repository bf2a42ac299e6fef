// Every form of handler in every order: all records once, in the order asked for, all committed.

#include <strandline/strandline.h>

#include "support/answering_thread.h"
#include "support/cluster_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>

namespace strandline::testing {
namespace {

constexpr int kRecords = 300;  // in each partition

enum class Form {
  record_lambda,
  handler,
  batch_lambda,
  batch_handler,
  completion,
  coroutine,
  factory
};

struct WritingHandler final : Handler {
  explicit WritingHandler(Journal& to) : journal(to) {}
  Outcome handle(const Record& record, Context&) override {
    journal.write(record);
    return Outcome::done;
  }
  Journal& journal;
};

/// Finishes half of what it is given, so that the rest has to come again.
struct HalvingHandler final : BatchHandler {
  explicit HalvingHandler(Journal& to) : journal(to) {}
  BatchOutcome handle(const Batch& batch, Context&) override {
    const std::size_t half = (batch.size() + 1) / 2;
    for (std::size_t i = 0; i < half; ++i) journal.write(batch[i]);
    return BatchOutcome::done_through(batch[half - 1].offset());
  }
  Journal& journal;
};

RunSummary run(Consumer& consumer, Form form, Journal& journal) {
  switch (form) {
    case Form::record_lambda:
      return consumer.run([&](const Record& record) { journal.write(record); });
    case Form::handler: {
      WritingHandler handler(journal);
      return consumer.run(handler);
    }
    case Form::batch_lambda:
      return consumer.run([&](const Batch& batch) {
        for (const Record& record : batch) journal.write(record);
      });
    case Form::batch_handler: {
      HalvingHandler handler(journal);
      return consumer.run(handler);
    }
    case Form::completion: {
      AnsweringThread database([&](Completion completion) {
        journal.write(completion.record());
        std::move(completion).done();
      });
      return consumer.run(
          [&](const Record&, Completion completion) { database.hand_over(std::move(completion)); });
    }
    case Form::coroutine:
      // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): `run` keeps it alive.
      return consumer.run([&](const Record& record, Context& context) -> Task<Outcome> {
        co_await context.reschedule();
        journal.write(record);
        co_return Outcome::done;
      });
    case Form::factory:
      return consumer.run([&](const StrandInfo&) -> std::unique_ptr<Handler> {
        return std::make_unique<WritingHandler>(journal);
      });
  }
  return {};
}

const char* name_of(Form form) {
  constexpr const char* kNames[] = {"RecordLambda", "Handler",   "BatchLambda", "BatchHandler",
                                    "Completion",   "Coroutine", "Factory"};
  return kNames[static_cast<std::size_t>(form)];
}
const char* name_of(Ordering order) {
  constexpr const char* kNames[] = {"Partition", "Key", "None"};
  return kNames[static_cast<std::size_t>(order)];
}
void PrintTo(Form form, std::ostream* out) { *out << name_of(form); }

class FormsTest : public ClusterTest,
                  public ::testing::WithParamInterface<std::tuple<Form, Ordering>> {};

TEST_P(FormsTest, EachRecordOnceInItsOrderAndAllCommitted) {
  const auto [form, order] = GetParam();
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.order = order;
  Journal journal;
  LiveConsumer consumer(settings, [&, form = form](Consumer& c) { return run(c, form, journal); });
  const auto all = static_cast<std::size_t>(partitions * kRecords);
  EXPECT_TRUE(journal.wait_for(all));
  EXPECT_TRUE(eventually([&] { return consumer.total().processed == all; }));
  const RunSummary summary = consumer.stop();

  EXPECT_TRUE(summary.ok()) << summary.error->message;
  EXPECT_TRUE(summary.left.empty());
  EXPECT_EQ(summary.left_in_flight + summary.left_queued, 0U);
  EXPECT_TRUE(each_once(journal));
  EXPECT_TRUE(all_committed());
  if (order == Ordering::partition) {
    for (const auto& [partition, offsets] : journal.offsets()) {
      EXPECT_EQ(offsets, up_to(kRecords)) << to_string(partition);
    }
  }
  if (order == Ordering::key) {
    for (const auto& [which, offsets] : journal.offsets_by_key()) {
      EXPECT_TRUE(std::ranges::is_sorted(offsets))
          << to_string(which.first) << " " << which.second.value_or("(null)");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, FormsTest,
    ::testing::Combine(::testing::Values(Form::record_lambda, Form::handler, Form::batch_lambda,
                                         Form::batch_handler, Form::completion, Form::coroutine,
                                         Form::factory),
                       ::testing::Values(Ordering::partition, Ordering::key, Ordering::none)),
    [](const auto& test) {
      return std::string(name_of(std::get<0>(test.param))) + name_of(std::get<1>(test.param));
    });

class OrderTest : public ClusterTest {
 protected:
  OrderTest() : ClusterTest(1) {}
};

TEST_F(OrderTest, ByKeyAHangingRecordHoldsItsOwnKeyOnly) {
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.order = Ordering::key;
  Journal journal;
  Door door;
  LiveConsumer consumer(settings, [&](const Record& record) {
    if (record.offset() == Offset{0}) door.wait();
    journal.write(record);
  });
  int same_key = 0;
  for (const ProducedRecord& record : numbered(kRecords, 0)) same_key += record.key == "key 0";
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(kRecords - same_key)));
  for (const Journal::Entry& entry : journal.entries()) EXPECT_NE(entry.key, "key 0");
  EXPECT_EQ(committed(0), -1) << "nothing before the hanging record is finished";
  door.open();
  EXPECT_TRUE(journal.wait_for(kRecords));
  consumer.stop();
  EXPECT_TRUE(each_once(journal));
  EXPECT_TRUE(all_committed());
}

TEST_F(OrderTest, AKeyExtractorDecidesWhatWaitsForWhat) {
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.order = Ordering::key;
  // The first digit of the value.
  settings.key_extractor = [](const Record& record) -> std::optional<std::string_view> {
    return record.value().substr(0, 1);
  };
  Journal journal;
  std::map<char, std::vector<std::int64_t>> by_digit;
  std::mutex mutex;
  LiveConsumer consumer(settings, [&](const Record& record) {
    {
      const std::scoped_lock lock(mutex);
      by_digit[record.value()[0]].push_back(record.offset().value());
    }
    journal.write(record);
  });
  EXPECT_TRUE(journal.wait_for(kRecords));
  consumer.stop();
  EXPECT_TRUE(each_once(journal));
  EXPECT_EQ(by_digit.size(), 10U);
  for (const auto& [digit, offsets] : by_digit) {
    EXPECT_TRUE(std::ranges::is_sorted(offsets)) << digit;
  }
}

/// Says when two threads are in the same handler at once.
struct LonelyHandler final : Handler {
  LonelyHandler(Journal& to, std::atomic<int>& counter) : journal(to), intrusions(counter) {}
  Outcome handle(const Record& record, Context&) override {
    if (inside.exchange(true)) ++intrusions;
    journal.write(record);
    inside = false;
    return Outcome::done;
  }
  Journal& journal;
  std::atomic<int>& intrusions;
  std::atomic<bool> inside{false};
};

class FactoryTest : public ClusterTest, public ::testing::WithParamInterface<Ordering> {};

TEST_P(FactoryTest, AStrandsHandlerIsNeverInTwoThreads) {
  fill(kRecords);
  ConsumerConfig settings = config();
  settings.order = GetParam();
  settings.fetch.batch_records_max = 10;
  Journal journal;
  std::atomic<int> intrusions{0};
  std::atomic<int> made{0};
  LiveConsumer consumer(settings, [&](Consumer& c) {
    return c.run([&](const StrandInfo& strand) -> std::unique_ptr<LonelyHandler> {
      EXPECT_EQ(strand.partition.topic, kTopic);
      ++made;
      return std::make_unique<LonelyHandler>(journal, intrusions);
    });
  });
  EXPECT_TRUE(journal.wait_for(static_cast<std::size_t>(partitions * kRecords)));
  consumer.stop();
  EXPECT_TRUE(each_once(journal));
  EXPECT_EQ(intrusions, 0);
  EXPECT_GE(made, partitions);
  if (GetParam() == Ordering::partition) {
    EXPECT_EQ(made, partitions);
  }
}

INSTANTIATE_TEST_SUITE_P(Orders, FactoryTest,
                         ::testing::Values(Ordering::partition, Ordering::key, Ordering::none),
                         [](const auto& test) { return std::string(name_of(test.param)); });

}  // namespace
}  // namespace strandline::testing

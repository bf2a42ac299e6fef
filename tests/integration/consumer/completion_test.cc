// Asynchronous handlers and coroutines that answer twice, never, or by throwing.

#include <strandline/strandline.h>

#include "failure_fixture.h"
#include "support/answering_thread.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace strandline::testing {
namespace {

TEST_F(FailureTest, ASecondAnswerIsCountedAndChangesNothing) {
  fill(kRecords);
  const auto before = detail::completions_answered_twice();
  LiveConsumer consumer(config(), [&](const Record& record, Completion completion) {
    journal.write(record);
    std::move(completion).done();
    // NOLINTNEXTLINE(bugprone-use-after-move): that is the mistake.
    if (is_bad(record)) std::move(completion).retry("changed my mind");
  });
  EXPECT_TRUE(journal.wait_for(all()));
  const RunSummary summary = consumer.stop();
  EXPECT_EQ(summary.stats.completions_answered_twice - before, 1U);
  EXPECT_EQ(summary.stats.total().failed, 0U);
  EXPECT_TRUE(each_once(journal));
  EXPECT_TRUE(all_committed());
}

TEST_F(FailureTest, ACompletionThatIsDroppedIsAFailure) {
  fill(kRecords);
  LiveConsumer consumer(config_with(Exhausted::stop),
                        [&](const Record& record, Completion completion) {
                          if (is_bad(record)) return;
                          journal.write(record);
                          std::move(completion).done();
                        });
  const RunSummary summary = consumer.join();
  ASSERT_FALSE(summary.ok());
  EXPECT_NE(summary.error->message.find("orders[0]@40"), std::string::npos);
  EXPECT_EQ(summary.stats.total().completions_abandoned, 3U);
  EXPECT_EQ(committed(0), 40);
}

TEST_F(FailureTest, ACompletionDroppedElsewhereIsAFailureToo) {
  fill(kRecords);
  AnsweringThread database([&](Completion completion) {
    if (is_bad(completion.record())) return;
    journal.write(completion.record());
    std::move(completion).done();
  });
  LiveConsumer consumer(config_with(Exhausted::drop), [&](const Record&, Completion completion) {
    database.hand_over(std::move(completion));
  });
  EXPECT_TRUE(eventually([&] { return all_committed(); }));
  const InstanceStats total = consumer.stop().stats.total();
  EXPECT_EQ(total.completions_abandoned, 3U);
  EXPECT_EQ(total.dropped, 1U);
}

TEST_F(FailureTest, ACoroutineThatThrowsIsRetried) {
  fill(kRecords);
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines): `run` keeps it alive.
  const auto handler = [&](const Record& record, Context& context) -> Task<void> {
    co_await context.sleep(std::chrono::milliseconds(1));
    if (is_bad(record) && context.attempt() < 3) {
      ++attempts;
      throw std::runtime_error("busy");
    }
    journal.write(record);
  };
  ConsumerConfig settings = config_with(Exhausted::stop);
  settings.order = Ordering::key;
  LiveConsumer consumer(settings, handler);
  EXPECT_TRUE(journal.wait_for(all()));
  EXPECT_TRUE(consumer.stop().ok());
  EXPECT_EQ(attempts, 2);
  EXPECT_TRUE(each_once(journal));
  EXPECT_TRUE(all_committed());
}

}  // namespace
}  // namespace strandline::testing

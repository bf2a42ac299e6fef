#include <strandline/detail/handler_source.h>

#include "support/fake_call.h"
#include "support/fake_context_backend.h"
#include "support/fake_message.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace strandline::detail {
namespace {

using test::FakeCall;
using test::FakeContextBackend;
using test::FakeMessage;

struct HandlerSourceTest : testing::Test {
  FakeMessage first;
  FakeMessage second;
  Record records[2] = {Record(first.fields()), Record(second.fields())};
  FakeContextBackend backend;
  Context context{backend, 1};
  FakeCall call;

  Outcome handle(const HandlerSource& source) {
    const AnyHandler any = source.make(StrandInfo{});
    return std::get<std::shared_ptr<Handler>>(any)->handle(records[0], context);
  }
  BatchOutcome handle_batch(const HandlerSource& source) {
    const AnyHandler any = source.make(StrandInfo{});
    return std::get<std::shared_ptr<BatchHandler>>(any)->handle(Batch(records, 2), context);
  }
  void start(const HandlerSource& source) {
    const AnyHandler any = source.make(StrandInfo{});
    std::get<std::shared_ptr<AsyncHandler>>(any)->handle(records[0], context, call.completion());
  }
};

TEST_F(HandlerSourceTest, VoidRecordFunctionIsDoneByReturning) {
  int calls = 0;
  const HandlerSource source = source_of([&](const Record&) { ++calls; });
  EXPECT_EQ(source.kind, HandlerKind::record);
  EXPECT_FALSE(source.per_strand);
  EXPECT_EQ(handle(source), Outcome::done);
  EXPECT_EQ(calls, 1);
}

TEST_F(HandlerSourceTest, RecordFunctionAnswersWithItsOutcome) {
  const HandlerSource source =
      source_of([](const Record&, Context& c) { return c.fail("no such customer"); });
  EXPECT_EQ(handle(source), Outcome::retry);
  EXPECT_EQ(context.take_failure().why, "no such customer");
}

TEST_F(HandlerSourceTest, ExceptionsComeThrough) {
  const HandlerSource source = source_of([](const Record&) { throw std::runtime_error("broken"); });
  EXPECT_THROW(handle(source), std::runtime_error);
}

TEST_F(HandlerSourceTest, VoidBatchFunctionIsDoneByReturning) {
  std::size_t seen = 0;
  const HandlerSource source = source_of([&](const Batch& batch) { seen = batch.size(); });
  EXPECT_EQ(source.kind, HandlerKind::batch);
  EXPECT_EQ(handle_batch(source).kind(), BatchOutcome::Kind::done);
  EXPECT_EQ(seen, 2U);
}

TEST_F(HandlerSourceTest, BatchFunctionAnswersRecordByRecord) {
  const BatchOutcome outcome = handle_batch(source_of(
      [](const Batch&, Context&) { return BatchOutcome::done().fail(1, {"bad date", {}, {}}); }));
  ASSERT_EQ(outcome.failed_records().size(), 1U);
  EXPECT_EQ(outcome.failed_records()[0].index, 1U);
}

TEST_F(HandlerSourceTest, RetryOfABatchFailsItWhole) {
  const BatchOutcome outcome =
      handle_batch(source_of([](const Batch&, Context& c) { return c.fail("database away"); }));
  EXPECT_EQ(outcome.kind(), BatchOutcome::Kind::failed);
  EXPECT_EQ(outcome.whole_failure().why, "database away");
}

TEST_F(HandlerSourceTest, DeadLetterOfABatchIsForEachRecord) {
  const BatchOutcome outcome =
      handle_batch(source_of([](const Batch&, Context& c) { return c.dead_letter("bad schema"); }));
  EXPECT_EQ(outcome.kind(), BatchOutcome::Kind::done);
  ASSERT_EQ(outcome.failed_records().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(outcome.failed_records()[i].index, i);
    EXPECT_EQ(outcome.failed_records()[i].outcome, Outcome::dead_letter);
    EXPECT_EQ(outcome.failed_records()[i].failure.why, "bad schema");
  }
}

TEST_F(HandlerSourceTest, AsyncFunctionGetsTheCompletion) {
  const HandlerSource source =
      source_of([](const Record&, Completion completion) { std::move(completion).done(); });
  EXPECT_EQ(source.kind, HandlerKind::async);
  start(source);
  ASSERT_EQ(call.answers.size(), 1U);
  EXPECT_EQ(call.answers[0].outcome, Outcome::done);
}

Task<void> rest(Context& context) { co_await context.sleep(std::chrono::milliseconds(50)); }

Task<Outcome> enrich(const Record& record, Context& context, std::string& order) {
  order += "begin ";
  co_await rest(context);
  order += std::string(record.key()) + " ";
  co_return Outcome::done;
}

TEST_F(HandlerSourceTest, CoroutineIsAnsweredWhenItHasEnded) {
  std::string order;
  const HandlerSource source =
      source_of([&](const Record& record, Context& c) { return enrich(record, c, order); });
  EXPECT_EQ(source.kind, HandlerKind::async);
  start(source);
  EXPECT_EQ(order, "begin ");
  EXPECT_TRUE(call.answers.empty());
  EXPECT_EQ(backend.slept, std::chrono::milliseconds(50));
  backend.sleeping.resume();
  EXPECT_EQ(order, "begin key ");
  ASSERT_EQ(call.answers.size(), 1U);
  EXPECT_EQ(call.answers[0].outcome, Outcome::done);
}

Task<void> breaks(const Record& /*record*/) {
  throw std::runtime_error("broken");
  co_return;
}

TEST_F(HandlerSourceTest, CoroutineThatThrowsIsAFailedAttempt) {
  start(source_of(breaks));
  ASSERT_EQ(call.answers.size(), 1U);
  EXPECT_EQ(call.answers[0].outcome, Outcome::retry);
  EXPECT_EQ(call.answers[0].failure.why, "broken");
}

Task<Outcome> refuses(const Record& /*record*/, Context& context) {
  co_return context.dead_letter("bad schema", std::make_error_code(std::errc::bad_message));
}

TEST_F(HandlerSourceTest, CoroutineAnswersWithTheContextsFailure) {
  start(source_of(refuses));
  ASSERT_EQ(call.answers.size(), 1U);
  EXPECT_EQ(call.answers[0].outcome, Outcome::dead_letter);
  EXPECT_EQ(call.answers[0].failure.why, "bad schema");
  EXPECT_EQ(call.answers[0].failure.code, std::errc::bad_message);
}

class Counts final : public Handler {
 public:
  Outcome handle(const Record& /*record*/, Context& /*context*/) override {
    return ++count_ == 1 ? Outcome::done : Outcome::retry;
  }

 private:
  int count_ = 0;
};

TEST_F(HandlerSourceTest, FactoryMakesAHandlerPerStrand) {
  std::size_t asked = 0;
  const HandlerSource source = source_of([&](const StrandInfo& strand) {
    asked += strand.strand;
    return std::make_unique<Counts>();
  });
  EXPECT_TRUE(source.per_strand);
  EXPECT_EQ(source.kind, HandlerKind::record);
  const AnyHandler one = source.make({{"orders", PartitionId{0}}, 1});
  const AnyHandler two = source.make({{"orders", PartitionId{0}}, 2});
  EXPECT_EQ(asked, 3U);
  EXPECT_NE(std::get<0>(one), std::get<0>(two));
  EXPECT_EQ(std::get<0>(one)->handle(records[0], context), Outcome::done);
  EXPECT_EQ(std::get<0>(two)->handle(records[0], context), Outcome::done);
}

TEST_F(HandlerSourceTest, FunctionIsSharedByAllStrands) {
  const HandlerSource source = source_of([](const Record&) {});
  EXPECT_EQ(std::get<0>(source.make({})), std::get<0>(source.make({})));
}

}  // namespace
}  // namespace strandline::detail

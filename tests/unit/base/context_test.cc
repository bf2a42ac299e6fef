#include <strandline/context.h>

#include "support/fake_context_backend.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <utility>

namespace strandline {
namespace {

using test::FakeContextBackend;

TEST(Context, TellsWhatTheBackendKnows) {
  FakeContextBackend backend;
  backend.records_behind = 7;
  const Context context(backend, 3);
  EXPECT_EQ(context.attempt(), 3U);
  EXPECT_EQ(context.lag(), 7);
  EXPECT_EQ(context.topic_partition(), backend.partition);
  EXPECT_FALSE(context.stop_token().stop_requested());
  backend.stop.request_stop();
  EXPECT_TRUE(context.stop_token().stop_requested());
}

TEST(Context, FailKeepsTheReasonUntilItIsTaken) {
  FakeContextBackend backend;
  Context context(backend, 1);
  EXPECT_EQ(context.fail("busy", std::make_error_code(std::errc::timed_out)), Outcome::retry);
  Failure failure = context.take_failure();
  EXPECT_EQ(failure.why, "busy");
  EXPECT_EQ(failure.code, std::errc::timed_out);
  EXPECT_EQ(context.take_failure().why, "");
  EXPECT_EQ(context.dead_letter("bad"), Outcome::dead_letter);
  EXPECT_EQ(context.take_failure().why, "bad");
}

TEST(Context, CommitReturnsAnAnswerGivenAtOnce) {
  FakeContextBackend backend;
  backend.on_commit = [](const auto& answer) { answer(Offset{43}); };
  Context context(backend, 1);
  const Result<Offset> result = context.commit();
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, Offset{43});
}

TEST(Context, CommitWaitsForAnAnswerFromAnotherThread) {
  FakeContextBackend backend;
  std::promise<std::function<void(Result<Offset>)>> asked;
  backend.on_commit = [&](auto answer) { asked.set_value(std::move(answer)); };
  Context context(backend, 1);
  std::thread poller([&] {
    const auto answer = asked.get_future().get();
    answer(fail(ErrorCode::commit_failed, "the broker says no"));
  });
  const Result<Offset> result = context.commit();
  poller.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::commit_failed);
  EXPECT_EQ(result.error().message, "the broker says no");
}

TEST(Context, CommitSaysSoWhenNobodyWillAnswer) {
  FakeContextBackend backend;
  backend.on_commit = [](const auto& /*dropped*/) {};
  Context context(backend, 1);
  const Result<Offset> result = context.commit();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::stopped);
  EXPECT_NE(result.error().message.find("orders[3]"), std::string::npos);
}

TEST(Context, CommitAsyncPassesTheAnswerOn) {
  FakeContextBackend backend;
  backend.on_commit = [](const auto& answer) { answer(Offset{9}); };
  Context context(backend, 1);
  Offset committed;
  context.commit_async([&](const Result<Offset>& result) { committed = *result; });
  EXPECT_EQ(committed, Offset{9});
}

}  // namespace
}  // namespace strandline

#include "dispatch/failure_desk.h"

#include <strandline/log.h>

#include "dispatch/dispatch_rig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace strandline::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

TEST(FailureDesk, AFailureThatAHandlerGotOverIsNotTheNextRecords) {
  const auto missing = std::make_error_code(std::errc::no_such_file_or_directory);
  ConsumerConfig config = rig_config();
  config.failure.classify = FailureClassifier().on(missing, Verdict::drop);
  DispatchRig rig(config, [&](const Record& record, Context& context) {
    if (record.offset() == Offset{1}) {
      (void)context.fail("not in the first store", missing);
      return Outcome::done;
    }
    return record.offset() == Offset{2} ? Outcome::retry : Outcome::done;
  });
  auto& partition = rig.assign();
  rig.admit(partition, 0, 4);
  rig.run_all();
  EXPECT_EQ(partition.counters.dropped, 0U);
  EXPECT_EQ(partition.counters.waiting_retry, 1U);
  EXPECT_EQ(rig.position(partition), 2);
}

TEST(FailureDesk, ADeadLetterOfAPartitionThatIsGoneIsForgotten) {
  ConsumerConfig config = dead_letter_config(Ordering::key);
  DispatchRig rig(config, [](const Record&) { throw std::runtime_error("bad date"); });
  auto& partition = rig.assign();
  rig.admit(partition, 0, {"a"});
  rig.run_all();
  ASSERT_EQ(rig.letters.size(), 1U);
  rig.dispatcher().fence(partition);
  rig.acknowledge(fail(ErrorCode::timed_out, "no leader"));
  rig.pass(1min);
  EXPECT_TRUE(rig.letters.empty()) << "the record is the next owner's";
  EXPECT_EQ(rig.dispatcher().counters.dead_letter_failures, 0U);
  EXPECT_EQ(rig.dispatcher().counters.dead_lettered, 0U);
  EXPECT_EQ(rig.messages.live(), 0U);
}

TEST(FailureDesk, ALetterThatTheClientRefusesNeitherSpinsNorFloodsTheLog) {
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  ConsumerConfig config = dead_letter_config();
  config.failure.backoff = {.initial = 0ms, .max = 0ms, .multiplier = 1, .jitter = 0};
  DispatchRig rig(config, [](const Record&) { throw std::runtime_error("bad date"); });
  rig.client_refuses = Error{ErrorCode::invalid_config, "larger than message.max.bytes"};
  rig.admit(rig.assign(), 0, 1);
  rig.run_all();
  for (int i = 0; i < 10; ++i) rig.pass(100ms);
  set_log_sink({});
  EXPECT_EQ(rig.letters_refused, 11U) << "every 100 ms, and not in each turn";
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[1], HasSubstr("since the last such line: 10"));
}

TEST(FailureDesk, OneLineASecondTellsWhyRecordsAreTriedAgain) {
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  ConsumerConfig config = rig_config(Ordering::key);
  config.failure.backoff = {.initial = 400ms, .max = 400ms, .multiplier = 1, .jitter = 0};
  DispatchRig rig(config, [](const Record&) { throw std::runtime_error("no connection"); });
  auto& partition = rig.assign();
  rig.admit(partition, 7, {"a", "b", "c"});
  rig.run_all();
  const std::vector<std::string> first = lines;
  rig.pass(400ms);
  rig.pass(400ms);
  const std::size_t within_the_second = lines.size();
  rig.pass(400ms);
  set_log_sink({});
  EXPECT_THAT(first,
              ElementsAre("orders[0]@7: attempt 1 of 10 failed: no connection; trying again in "
                          "400 ms (failed attempts since the last such line: 1)"));
  EXPECT_EQ(within_the_second, 1U);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_THAT(lines[1], HasSubstr("attempt 4 of 10 failed"));
  EXPECT_THAT(lines[1], HasSubstr("last such line: 9)"));
}

}  // namespace
}  // namespace strandline::test

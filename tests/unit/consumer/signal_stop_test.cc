#include <strandline/consumer.h>
#include <strandline/signal_stop.h>

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

namespace strandline {
namespace {

// No broker is there, so `run` ends by the signal or not at all, which the test's time-out tells.
TEST(SignalStopTest, SignalEndsRun) {
  Consumer consumer{
      {.bootstrap_servers = "127.0.0.1:1", .group_id = "billing", .topics = {"orders"}}};
  const SignalStop stop{consumer};
  raise(SIGTERM);
  consumer.run([](const Record&) {});
  EXPECT_TRUE(consumer.state() == State::closed || consumer.state() == State::failed);
}

TEST(SignalStopTest, StopsWhateverItIsTold) {
  Consumer first{{.bootstrap_servers = "127.0.0.1:1", .group_id = "billing", .topics = {"orders"}}};
  Consumer second{{.bootstrap_servers = "127.0.0.1:1", .group_id = "audit", .topics = {"orders"}}};
  const SignalStop stop{[&](StopMode mode) {
    first.request_stop(mode);
    second.request_stop(mode);
  }};
  raise(SIGTERM);
  first.run([](const Record&) {});
  second.run([](const Record&) {});
  EXPECT_NE(second.state(), State::running);
}

TEST(SignalStopTest, OnlyOneInAProcess) {
  Consumer consumer{
      {.bootstrap_servers = "127.0.0.1:1", .group_id = "billing", .topics = {"orders"}}};
  const SignalStop stop{consumer};
  EXPECT_THROW((SignalStop{consumer, {SIGUSR1}}), std::logic_error);
}

}  // namespace
}  // namespace strandline

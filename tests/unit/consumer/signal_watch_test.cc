#include "consumer/signal_watch.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace strandline::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::array<int, 2> kSignals{SIGUSR1, SIGUSR2};

/// Stands for the consumer: keeps the requests in the order in which they came. Thread safe.
class Requests {
 public:
  void add(StopMode mode) {
    const std::lock_guard lock(mutex_);
    modes_.push_back(mode);
    changed_.notify_all();
  }
  /// Waits until there are `count` of them; what there is when the deadline passes otherwise.
  std::vector<StopMode> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 30s, [&] { return modes_.size() >= count; });
    return modes_;
  }
  std::function<void(StopMode)> taker() {
    return [this](StopMode mode) { add(mode); };
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StopMode> modes_;
};

volatile std::sig_atomic_t application_signals = 0;

void (*action_of(int signal))(int) {
  struct sigaction now = {};
  sigaction(signal, nullptr, &now);
  return now.sa_handler;
}

TEST(SignalWatchTest, FirstSignalDrainsLaterOnesStopAtOnce) {
  Requests requests;
  SignalWatch watch{requests.taker(), kSignals};
  raise(SIGUSR1);
  EXPECT_EQ(requests.wait_for(1), std::vector{StopMode::drain});
  raise(SIGUSR2);
  EXPECT_EQ(requests.wait_for(2), (std::vector{StopMode::drain, StopMode::now}));
  raise(SIGUSR1);
  EXPECT_EQ(requests.wait_for(3), (std::vector{StopMode::drain, StopMode::now, StopMode::now}));
}

TEST(SignalWatchTest, SignalsThatComeTogetherAreAllCounted) {
  Requests requests;
  SignalWatch watch{requests.taker(), kSignals};
  raise(SIGUSR1);
  raise(SIGUSR1);
  EXPECT_EQ(requests.wait_for(2), (std::vector{StopMode::drain, StopMode::now}));
}

TEST(SignalWatchTest, SignalJustBeforeTheEndIsStillServed) {
  Requests requests;
  {
    SignalWatch watch{requests.taker(), kSignals};
    raise(SIGUSR1);
  }
  EXPECT_EQ(requests.wait_for(0), std::vector{StopMode::drain});
}

TEST(SignalWatchTest, FormerActionsComeBack) {
  application_signals = 0;
  struct sigaction own = {};
  own.sa_handler = [](int) { application_signals = application_signals + 1; };
  struct sigaction before = {};
  ASSERT_EQ(sigaction(SIGUSR1, &own, &before), 0);
  Requests requests;
  {
    // Named twice: what comes back must be the application's action, not the watch's own.
    SignalWatch watch{requests.taker(), std::array{SIGUSR1, SIGUSR1}};
    EXPECT_NE(action_of(SIGUSR1), own.sa_handler);
  }
  EXPECT_EQ(action_of(SIGUSR1), own.sa_handler);
  raise(SIGUSR1);
  EXPECT_EQ(application_signals, 1);
  EXPECT_TRUE(requests.wait_for(0).empty());
  sigaction(SIGUSR1, &before, nullptr);
}

TEST(SignalWatchTest, OneAtATimeAndAnotherAfterwards) {
  Requests requests;
  {
    SignalWatch watch{requests.taker(), kSignals};
    EXPECT_THROW((SignalWatch{requests.taker(), kSignals}), std::logic_error);
    raise(SIGUSR1);
    EXPECT_EQ(requests.wait_for(1).size(), 1U)
        << "the refused one took the first one's signals away";
  }
  Requests later;
  SignalWatch watch{later.taker(), kSignals};
  raise(SIGUSR1);
  EXPECT_EQ(later.wait_for(1), std::vector{StopMode::drain}) << "the count must begin anew";
}

TEST(SignalWatchTest, SignalThatCannotBeCaughtLeavesAllAsItWas) {
  Requests requests;
  const auto before = action_of(SIGUSR1);
  EXPECT_THROW((SignalWatch{requests.taker(), std::array{SIGUSR1, SIGKILL}}), std::system_error);
  EXPECT_EQ(action_of(SIGUSR1), before);
  EXPECT_NO_THROW((SignalWatch{requests.taker(), kSignals})) << "the claim was not given back";
}

TEST(SignalWatchTest, ChildsSignalsAreItsOwn) {
  Requests requests;
  {
    const SignalWatch watch{requests.taker(), kSignals};
  }
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    SignalWatch watch{requests.taker(), kSignals};
    raise(SIGUSR1);
    _exit(requests.wait_for(1).size() == 1 ? 0 : 1);
  }
  SignalWatch watch{requests.taker(), kSignals};
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(requests.wait_for(0).empty());
}

}  // namespace
}  // namespace strandline::detail

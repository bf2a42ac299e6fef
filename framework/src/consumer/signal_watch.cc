#include "consumer/signal_watch.h"

#include "base/log.h"
#include "base/thread_name.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <ranges>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace strandline::detail {
namespace {

std::atomic<bool> watched{false};

// What signal handlers count up. Made once and never closed: a handler that began on another thread
// just before its action was taken back may still write, and must not hit a descriptor that by then
// is somebody else's.
std::atomic<int> signal_count_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not take a lock");

// Added to the count to end the listening thread; no number of signals reaches it.
constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;

// Async-signal-safe: write(2), and errno left as it was.
void count_up(std::uint64_t by) noexcept {
  const int before = errno;
  while (::write(signal_count_fd.load(std::memory_order_relaxed), &by, sizeof by) < 0 &&
         errno == EINTR) {
  }
  errno = before;
}

extern "C" void strandline_on_signal(int /*signal*/) { count_up(1); }

/// What was counted since the last call; waits until it is not 0.
std::uint64_t take_count() noexcept {
  std::uint64_t count = 0;
  while (::read(signal_count_fd.load(std::memory_order_relaxed), &count, sizeof count) < 0 &&
         errno == EINTR) {
  }
  return count;
}

void open_count() {
  // Which process made it. Guarded by the claim: only the one watch under construction is here.
  static pid_t owner = -1;
  // A forked child shares its parent's count, and would take the parent's signals for its own.
  if (owner != ::getpid()) {
    const int fd = ::eventfd(0, EFD_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), "SignalStop: eventfd");
    signal_count_fd.store(fd);
    owner = ::getpid();
  }
  // Signals that came too late for the watch before this one are not for this one.
  count_up(kEnd);
  take_count();
}

/// Blocks all signals on this thread while it lives, so that a thread started meanwhile never runs
/// the application's signal handlers.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

SignalWatch::Claim::Claim() {
  if (watched.exchange(true)) {
    throw std::logic_error(
        "SignalStop: there is one already in this process; signals belong to the whole process, so "
        "let one object stop all consumers");
  }
}

SignalWatch::Claim::~Claim() { watched.store(false); }

SignalWatch::SignalWatch(std::function<void(StopMode)> request, std::span<const int> signals)
    : request_(std::move(request)) {
  open_count();
  install(signals);
  try {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { listen(); });
  } catch (...) {
    restore();
    throw;
  }
}

SignalWatch::~SignalWatch() {
  restore();
  count_up(kEnd);
  thread_.join();
}

void SignalWatch::install(std::span<const int> signals) {
  struct sigaction action = {};
  action.sa_handler = strandline_on_signal;
  sigemptyset(&action.sa_mask);
  // The application's system calls go on: it is the consumer that the signal is meant for.
  action.sa_flags = SA_RESTART;
  former_.reserve(signals.size());
  for (const int signal : signals) {
    struct sigaction before = {};
    if (::sigaction(signal, &action, &before) != 0) {
      const int why = errno;
      restore();
      throw std::system_error(why, std::generic_category(),
                              "SignalStop: signal " + std::to_string(signal) + " cannot be caught");
    }
    former_.push_back({signal, before});
  }
}

void SignalWatch::restore() noexcept {
  // Backwards: of a signal named twice, the first saved is the application's own.
  for (const Former& one : former_ | std::views::reverse) {
    ::sigaction(one.signal, &one.action, nullptr);
  }
  former_.clear();
}

void SignalWatch::listen() noexcept {
  set_thread_name("strandline-sig");
  std::uint64_t seen = 0;
  while (true) {
    const std::uint64_t count = take_count();
    for (std::uint64_t signals = count % kEnd; signals > 0; --signals) {
      if (seen == 0) {
        log(LogLevel::info, "stopping on a signal: draining; another signal stops at once");
        request_(StopMode::drain);
      } else {
        if (seen == 1) log(LogLevel::info, "stopping on a second signal: at once");
        request_(StopMode::now);
      }
      ++seen;
    }
    if (count >= kEnd) return;
  }
}

}  // namespace strandline::detail

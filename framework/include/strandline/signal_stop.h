#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>

namespace strandline {

class Consumer;
enum class StopMode : std::uint8_t;

/// Stops a consumer when the process gets a signal: the first one drains, a second one stops at
/// once.
///
///   SignalStop stop{consumer};            // SIGINT and SIGTERM
///
/// Place it after the consumer, so that it goes first. The consumer must not be moved meanwhile: it
/// is remembered where it is. One at a time in a process (a second throws
/// std::logic_error); the former signal actions come back when it is destroyed.
/// Thread safety: construct and destroy from one thread. The signal handler itself only writes to
/// an eventfd; the stop is requested from a thread of this object's own.
class SignalStop {
 public:
  explicit SignalStop(Consumer& consumer, std::initializer_list<int> signals = {SIGINT, SIGTERM});
  /// For several consumers, or anything else to be stopped with them: called from this object's
  /// thread, with `drain` at the first signal and `now` at each later one. Must not throw.
  explicit SignalStop(std::function<void(StopMode)> stop,
                      std::initializer_list<int> signals = {SIGINT, SIGTERM});
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;
  ~SignalStop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strandline

#pragma once

#include <csignal>
#include <initializer_list>
#include <memory>

namespace strandline {

class Consumer;

/// Stops a consumer when the process gets a signal: the first one drains, a second one stops at
/// once.
///
///   SignalStop stop{consumer};            // SIGINT and SIGTERM
///
/// Place it after the consumer, so that it goes first. One at a time in a process (a second throws
/// std::logic_error); the former signal actions come back when it is destroyed.
/// Thread safety: construct and destroy from one thread. The signal handler itself only writes to a
/// pipe; the stop is requested from a thread of this object's own.
class SignalStop {
 public:
  explicit SignalStop(Consumer& consumer, std::initializer_list<int> signals = {SIGINT, SIGTERM});
  SignalStop(const SignalStop&) = delete;
  SignalStop& operator=(const SignalStop&) = delete;
  ~SignalStop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strandline

#pragma once

#include <strandline/consumer.h>

#include <csignal>
#include <functional>
#include <span>
#include <thread>
#include <vector>

namespace strandline::detail {

/// Turns signals into stop requests: the first asks for a drain, each later one for a stop at once.
/// One at a time in a process, because signal actions are the process's.
/// Constructed and destroyed on one thread; `request` is called on a thread of its own, never in
/// the signal handler, where almost nothing is allowed.
class SignalWatch {
 public:
  /// `request` must not throw. Throws std::logic_error when there is one already, std::system_error
  /// when a signal cannot be caught; then all actions are as they were.
  SignalWatch(std::function<void(StopMode)> request, std::span<const int> signals);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  /// Gives the former actions back first, so that a signal during the rest acts as it did before.
  ~SignalWatch();

 private:
  /// One watch per process while it lives.
  class Claim {
   public:
    Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    ~Claim();
  };
  struct Former {
    int signal;
    struct sigaction action;
  };

  void install(std::span<const int> signals);
  void restore() noexcept;
  void listen() noexcept;

  Claim claim_;
  std::function<void(StopMode)> request_;  // called on thread_ only
  std::vector<Former> former_;
  std::thread thread_;
};

}  // namespace strandline::detail

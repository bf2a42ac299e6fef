#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace quickstart {

/// A child process that never outlives this one: killed by the destructor, and by the kernel should
/// this process be killed. Start it from the main thread, before there are any others.
class ChildProcess {
 public:
  /// Runs a function in a copy of this process; what it returns is the exit code.
  static ChildProcess fork_off(const std::function<int()>& body);

  explicit ChildProcess(pid_t pid) : pid_(pid) {}
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  /// Nothing while it runs. A child that died of a signal counts as exit code 1.
  [[nodiscard]] std::optional<int> exit_code();

 private:
  pid_t pid_;
  std::optional<int> exit_code_{};
};

/// The program `mock_broker` beside our own, and the address it serves.
class MockBroker {
 public:
  MockBroker(const std::string& topic, int partitions);
  MockBroker(const MockBroker&) = delete;
  MockBroker& operator=(const MockBroker&) = delete;
  ~MockBroker();

  [[nodiscard]] const std::string& bootstrap_servers() const { return bootstrap_servers_; }

 private:
  int input_ = -1;  ///< the broker ends when this closes
  std::optional<ChildProcess> process_{};
  std::string bootstrap_servers_{};
};

}  // namespace quickstart

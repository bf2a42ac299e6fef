#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace samples {

/// Copies of this program, each a process of its own, whose standard output comes here line by
/// line. Thread safety: all members from one thread.
class Members {
 public:
  Members();
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;
  /// Kills what is still running.
  ~Members();

  /// Starts this program again with other arguments.
  pid_t start(const std::vector<std::string>& arguments);

  /// Hands `enough` one line after the other until it says yes. False after half a minute.
  bool read_until(const std::function<bool(std::string_view line)>& enough);

  /// Waits for a member to end by itself. False when the exit code is not 0.
  bool wait(pid_t member);
  /// Asks it to end, by SIGTERM, and waits.
  bool stop(pid_t member);
  /// The same for all that are left.
  bool stop_all();

 private:
  bool read_some(int timeout_ms);

  int read_end_ = -1;
  int write_end_ = -1;
  std::string unread_;
  std::vector<pid_t> running_;
};

}  // namespace samples

#include "common/members.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <system_error>

namespace samples {

using namespace std::chrono_literals;

Members::Members() {
  std::array<int, 2> ends{};
  // Only the copy that becomes a member's standard output may live on in it.
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::system_error{errno, std::generic_category(), "pipe2"};
  }
  read_end_ = ends[0];
  write_end_ = ends[1];
}

Members::~Members() {
  for (const pid_t member : running_) {
    kill(member, SIGKILL);
    waitpid(member, nullptr, 0);
  }
  close(read_end_);
  close(write_end_);
}

pid_t Members::start(const std::vector<std::string>& arguments) {
  std::vector<std::string> strings{"member"};
  strings.insert(strings.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(strings.size() + 1);
  for (std::string& one : strings) argv.push_back(one.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, write_end_, STDOUT_FILENO);
  pid_t member = -1;
  const int error = posix_spawn(&member, "/proc/self/exe", &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::system_error{error, std::generic_category(), "posix_spawn"};
  running_.push_back(member);
  return member;
}

bool Members::read_some(int timeout_ms) {
  pollfd readable{.fd = read_end_, .events = POLLIN, .revents = 0};
  if (poll(&readable, 1, timeout_ms) <= 0) return false;
  std::array<char, 4096> buffer{};
  const ssize_t got = read(read_end_, buffer.data(), buffer.size());
  if (got > 0) unread_.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

bool Members::read_until(const std::function<bool(std::string_view line)>& enough) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::size_t end = unread_.find('\n');
    if (end == std::string::npos) {
      read_some(1000);
      continue;
    }
    const std::string line = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    if (enough(line)) return true;
  }
  return false;
}

bool Members::stop(pid_t member) {
  kill(member, SIGTERM);
  return wait(member);
}

bool Members::wait(pid_t member) {
  std::erase(running_, member);
  int status = 0;
  while (waitpid(member, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool Members::stop_all() {
  bool all_well = true;
  while (!running_.empty()) all_well = stop(running_.back()) && all_well;
  return all_well;
}

}  // namespace samples

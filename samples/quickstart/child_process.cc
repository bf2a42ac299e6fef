#include "child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace quickstart {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Pipe {
  int read_end = -1;
  int write_end = -1;

  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
};

std::string read_line(int fd) {
  std::string line;
  char c = 0;
  while (read(fd, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

}  // namespace

ChildProcess ChildProcess::fork_off(const std::function<int()>& body) {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have died before the line above; then nobody would kill this process.
    if (getppid() != parent) _exit(1);
    _exit(body());
  }
  return ChildProcess{pid};
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0 || exit_code()) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::optional<int> ChildProcess::exit_code() {
  int status = 0;
  if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }
  return exit_code_;
}

MockBroker::MockBroker(const std::string& topic, int partitions) {
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe").replace_filename("mock_broker");
  Pipe input;
  Pipe output;
  process_.emplace(ChildProcess::fork_off([&] {
    dup2(input.read_end, STDIN_FILENO);
    dup2(output.write_end, STDOUT_FILENO);
    execl(program.c_str(), "mock_broker", "--topic", topic.c_str(), "--partitions",
          std::to_string(partitions).c_str(), nullptr);
    return 127;
  }));
  close(input.read_end);
  close(output.write_end);
  input_ = input.write_end;
  bootstrap_servers_ = read_line(output.read_end);
  close(output.read_end);
  if (bootstrap_servers_.empty()) {
    throw std::runtime_error(program + " did not start; build the target mock_broker");
  }
}

MockBroker::~MockBroker() { close(input_); }

}  // namespace quickstart

#include "common/rolling_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace samples {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error{errno, std::generic_category(), what};
}

// A new file's name is lost in a power cut unless its directory is synced, too.
void sync_directory(const std::filesystem::path& directory) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail("open " + directory.string());
  const bool synced = fsync(fd) == 0;
  close(fd);
  if (!synced) fail("fsync " + directory.string());
}

}  // namespace

RollingFile::RollingFile(std::filesystem::path directory, std::string prefix, RollingLimits limits)
    : directory_(std::move(directory)), prefix_(std::move(prefix)), limits_(limits) {}

RollingFile::~RollingFile() { roll(); }

void RollingFile::append(std::int64_t number, std::string_view line) {
  const bool is_old = std::chrono::steady_clock::now() - opened_ > limits_.age_max;
  if (file_ >= 0 && (size_ >= limits_.bytes_max || is_old)) {
    sync();
    roll();
  }
  if (file_ < 0) open(number);
  buffer_.append(line).push_back('\n');
  size_ += line.size() + 1;
}

void RollingFile::sync() {
  if (file_ < 0) return;
  write_out();
  // After a failed fdatasync a second one may succeed although the data is gone: never ask again.
  if (fdatasync(file_) != 0) give_up("fdatasync");
  synced_ = size_;
}

void RollingFile::open(std::int64_t number) {
  // A file of that name may be there from a run that crashed before its commit, or belong to one
  // that does not know yet that it has lost the partition: it is left alone.
  for (int counter = 0; file_ < 0; ++counter) {
    const auto path = directory_ / fmt::format("{}-{:012}.{}.jsonl", prefix_, number, counter);
    file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file_ < 0 && errno != EEXIST) fail("open " + path.string());
  }
  size_ = 0;
  synced_ = 0;
  opened_ = std::chrono::steady_clock::now();
  sync_directory(directory_);
}

void RollingFile::write_out() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = write(file_, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) give_up("write");
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void RollingFile::roll() {
  if (file_ >= 0) close(file_);
  file_ = -1;
  buffer_.clear();
}

void RollingFile::give_up(const std::string& what) {
  const int error = errno;
  // The caller will append the same lines again; without this they would stand in two files.
  [[maybe_unused]] const int taken_back = ftruncate(file_, static_cast<off_t>(synced_));
  roll();
  throw std::system_error{error, std::generic_category(), what};
}

}  // namespace samples

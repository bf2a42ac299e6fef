#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace samples {

struct RollingLimits {
  std::size_t bytes_max = std::size_t{64} << 20;
  std::chrono::seconds age_max{300};
};

/// Lines in files that are closed when they are large or old enough, and never touched again. A
/// file is named for what it begins with: "<prefix>-<number of its first line>.<counter>.jsonl". A
/// fault is thrown, as std::system_error; what had not been synced is then taken back, as far as
/// the disk lets us, and the next line starts a new file. Thread safety: one thread at a time.
class RollingFile {
 public:
  RollingFile(std::filesystem::path directory, std::string prefix, RollingLimits limits);
  RollingFile(const RollingFile&) = delete;
  RollingFile& operator=(const RollingFile&) = delete;
  ~RollingFile();

  /// `number` names the file if this line starts one. The line is safe only after `sync`.
  void append(std::int64_t number, std::string_view line);
  /// Returns when everything appended will survive a power cut.
  void sync();

 private:
  void open(std::int64_t number);
  void write_out();
  void roll();
  [[noreturn]] void give_up(const std::string& what);

  std::filesystem::path directory_;
  std::string prefix_;
  RollingLimits limits_;
  int file_ = -1;
  std::string buffer_;      ///< appended, not yet given to the kernel
  std::size_t size_ = 0;    ///< of the open file, the buffer included
  std::size_t synced_ = 0;  ///< of these, on the disk
  std::chrono::steady_clock::time_point opened_{};
};

}  // namespace samples

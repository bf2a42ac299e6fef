#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bench {

/// Threads of one name (its digits at the end left out) and what they have used of the processor.
struct ThreadCpu {
  std::string name;
  unsigned threads = 0;
  std::int64_t cpu_ns = 0;
};

/// The clocks between the first record and the last. Thread safety: `start` on one thread and
/// `stop` on another, with `start` over before.
class Meter {
 public:
  void begin() noexcept { begun_ = std::chrono::steady_clock::now(); }
  void start();
  void stop();

  [[nodiscard]] double seconds() const noexcept;
  [[nodiscard]] double startup_ms() const noexcept;
  /// User and system time of the whole process.
  [[nodiscard]] std::int64_t cpu_ns() const noexcept { return end_.cpu_ns - start_.cpu_ns; }
  /// Of the threads that lived at both ends, most time first. Empty with more than 64 of them:
  /// reading them all would take longer than what is measured.
  [[nodiscard]] std::vector<ThreadCpu> threads() const;

 private:
  struct OfThread {
    std::string name;
    std::int64_t cpu_ns = 0;
  };
  struct Moment {
    std::chrono::steady_clock::time_point time;
    std::int64_t cpu_ns = 0;
    std::map<std::string, OfThread> threads{};  ///< by thread id
  };
  static std::int64_t process_cpu_ns() noexcept;
  static std::map<std::string, OfThread> read_threads();

  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  Moment start_;
  Moment end_;
};

/// "glibc" or "mimalloc": whichever library this process's malloc really lies in.
[[nodiscard]] std::string allocator_name();

/// Bytes of this process in memory.
[[nodiscard]] std::int64_t resident_bytes();

}  // namespace bench

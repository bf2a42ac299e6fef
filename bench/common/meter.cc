#include "common/meter.h"

#include <dlfcn.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace bench {

namespace {

constexpr std::size_t kThreadsMax = 64;

std::int64_t to_ns(const timeval& time) noexcept {
  return (std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec) * 1000;
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

std::int64_t Meter::process_cpu_ns() noexcept {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return to_ns(usage.ru_utime) + to_ns(usage.ru_stime);
}

std::map<std::string, Meter::OfThread> Meter::read_threads() {
  std::error_code ignored;
  std::vector<std::filesystem::path> tasks;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    tasks.push_back(task.path());
  }
  std::map<std::string, OfThread> threads;
  if (tasks.size() > kThreadsMax) return threads;
  for (const auto& task : tasks) {
    // Nanoseconds on a processor; `stat` counts in ticks of 10 ms.
    std::int64_t cpu_ns = 0;
    std::ifstream(task / "schedstat") >> cpu_ns;
    threads[task.filename().string()] = {first_line(task / "comm"), cpu_ns};
  }
  return threads;
}

void Meter::start() {
  // The clock last: what it costs to read the threads is not part of what is measured.
  start_.threads = read_threads();
  start_.cpu_ns = process_cpu_ns();
  start_.time = std::chrono::steady_clock::now();
}

void Meter::stop() {
  end_.time = std::chrono::steady_clock::now();
  end_.cpu_ns = process_cpu_ns();
  end_.threads = read_threads();
}

double Meter::seconds() const noexcept {
  return std::chrono::duration<double>(end_.time - start_.time).count();
}

double Meter::startup_ms() const noexcept {
  return std::chrono::duration<double, std::milli>(start_.time - begun_).count();
}

std::vector<ThreadCpu> Meter::threads() const {
  std::map<std::string, ThreadCpu> by_name;
  for (const auto& [id, at_end] : end_.threads) {
    const auto at_start = start_.threads.find(id);
    if (at_start == start_.threads.end()) continue;
    const std::string name = at_end.name.substr(0, at_end.name.find_last_not_of("0123456789") + 1);
    ThreadCpu& thread = by_name[name];
    thread.name = name;
    ++thread.threads;
    thread.cpu_ns += at_end.cpu_ns - at_start->second.cpu_ns;
  }
  std::vector<ThreadCpu> threads;
  threads.reserve(by_name.size());
  for (auto& [name, thread] : by_name) threads.push_back(std::move(thread));
  std::ranges::sort(threads, std::ranges::greater{}, &ThreadCpu::cpu_ns);
  return threads;
}

std::string allocator_name() {
  Dl_info where{};
  const void* address = dlsym(RTLD_DEFAULT, "malloc");
  const bool known = address != nullptr && dladdr(address, &where) != 0 && where.dli_fname;
  const bool mimalloc =
      known && std::string_view(where.dli_fname).find("mimalloc") != std::string_view::npos;
  return mimalloc ? "mimalloc" : "glibc";
}

std::int64_t resident_bytes() {
  std::int64_t total = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace bench

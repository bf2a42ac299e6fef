#pragma once

#include "common/options.h"
#include "common/report.h"

#include <chrono>
#include <functional>
#include <thread>

namespace bench {

/// What the raw loops have in common: passes, the clock, the counting, the work.
/// One thread does everything.
class RawPass {
 public:
  explicit RawPass(const Options& options)
      : options_(options),
        topic_(extents(options.bootstrap_servers, options.topic, options.partitions)),
        tally_(options.partitions, [this] { meter_.start(); }),
        deadline_(std::chrono::steady_clock::now() + std::chrono::seconds(options.timeout_s)) {}

  [[nodiscard]] std::uint64_t expected() const { return count_of(topic_); }
  [[nodiscard]] bool overdue() const { return std::chrono::steady_clock::now() >= deadline_; }
  /// The same between records, where a look at the clock costs: at some of them, unless each takes
  /// long anyway.
  [[nodiscard]] bool overdue_in_passing() const {
    return (options_.work_us > 0 || handled_ % 1024 == 0) && overdue();
  }

  void begin() noexcept { meter_.begin(); }
  void handle(std::int32_t partition, std::int64_t offset, std::size_t bytes) {
    Sheet& sheet = tally_.mine();
    if (options_.work_us > 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(options_.work_us));
    }
    sheet.add(partition, offset, bytes);
    ++handled_;
  }
  [[nodiscard]] std::uint64_t handled() const noexcept { return handled_; }
  void end() { meter_.stop(); }
  int report(const nlohmann::json& settings) const {
    return print_report(options_, topic_, tally_, meter_, settings);
  }

 private:
  const Options& options_;
  std::vector<Extent> topic_;
  Meter meter_;
  Tally tally_;
  std::chrono::steady_clock::time_point deadline_;
  std::uint64_t handled_ = 0;
};

/// `loop` reads until `pass.handled()` has reached `pass.expected()` or it is overdue.
int raw_arm_main(int argc, char** argv, const std::string& arm,
                 const std::function<void(const Options&, RawPass&)>& loop);

}  // namespace bench

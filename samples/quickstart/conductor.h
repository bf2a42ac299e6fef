#pragma once

#include "child_process.h"
#include "fleet.h"
#include "progress.h"
#include "stream.h"

#include <chrono>
#include <cstdint>

namespace quickstart {

/// Leads the run: lets the producer go on, has members join and leave at set points of the stream,
/// and ends it when everything is committed. Main thread only.
class Conductor {
 public:
  Conductor(std::uint64_t records, Stream& stream, Fleet& fleet, ChildProcess& producer,
            Progress& progress);

  /// True when all orders are committed; false, with the reason said, when something ended too
  /// early or nothing moved for a minute.
  [[nodiscard]] bool run();

 private:
  using Clock = std::chrono::steady_clock;

  void turn();
  [[nodiscard]] bool stuck();

  const std::uint64_t records_;
  const std::uint64_t stage_;  ///< orders between two changes of the group
  Stream& stream_;
  Fleet& fleet_;
  ChildProcess& producer_;
  Progress& progress_;
  std::uint64_t last_committed_ = 0;
  Clock::time_point last_moved_ = Clock::now();
};

}  // namespace quickstart

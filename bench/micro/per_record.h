#pragma once

#include "common/allocations.h"

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>

namespace bench {

/// What one record of a benchmark's loop costs: make it after the warm-up, directly before the
/// loop, and `report` directly behind it.
class PerRecord {
 public:
  explicit PerRecord(benchmark::State& state)
      : state_(state),
        allocated_(allocations().count),
        cpu_ns_(cpu_ns()),
        start_(std::chrono::steady_clock::now()) {}

  /// `records` in each turn of the loop. Counters: ns_per_record by the clock on the wall;
  /// cpu_ns_per_record of all threads of the process; allocations_per_record.
  void report(std::int64_t records) {
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start_;
    const auto cpu = static_cast<double>(cpu_ns() - cpu_ns_);
    const auto allocated = static_cast<double>(allocations().count - allocated_);
    const auto total = static_cast<double>(state_.iterations() * records);
    state_.SetItemsProcessed(state_.iterations() * records);
    state_.counters["ns_per_record"] = took.count() / total;
    state_.counters["cpu_ns_per_record"] = cpu / total;
    state_.counters["allocations_per_record"] = allocated / total;
  }

 private:
  static std::int64_t cpu_ns() noexcept {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& time) { return time.tv_sec * 1'000'000 + time.tv_usec; };
    return (us(usage.ru_utime) + us(usage.ru_stime)) * 1000;
  }

  benchmark::State& state_;
  std::int64_t allocated_;
  std::int64_t cpu_ns_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace bench

#pragma once

#include "producer.h"

#include <strandline/stats.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace quickstart {

/// What the run came to: the closing table.
struct Report {
  std::uint64_t produced = 0;
  std::uint64_t processed = 0;  ///< duplicates included
  std::uint64_t duplicates = 0;
  std::uint64_t lost = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t rebalances = 0;
  std::vector<PartitionPosition> partitions{};
  double records_per_second = 0;
  double cpu_ns_per_record = 0;
  std::uint64_t residence_p50_us = 0;
  std::uint64_t residence_p99_us = 0;

  [[nodiscard]] bool all_committed() const;
  void print() const;
  /// Throws std::runtime_error when the file cannot be written.
  void write_json(const std::string& file) const;
};

}  // namespace quickstart

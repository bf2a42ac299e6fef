#include "report.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace quickstart {

bool Report::all_committed() const {
  return !partitions.empty() && std::ranges::all_of(partitions, [](const PartitionPosition& one) {
    return one.commit_position == one.end_offset;
  });
}

void Report::print() const {
  fmt::print("\n{:>10}{:>18}{:>14}\n", "partition", "commit position", "end offset");
  for (const PartitionPosition& one : partitions) {
    fmt::print("{:>10}{:>18}{:>14}{}\n", one.partition, one.commit_position, one.end_offset,
               one.commit_position == one.end_offset ? "" : "  <- not committed");
  }
  fmt::print("\n");
  const auto row = [](const char* name, const auto& value, const char* unit = "") {
    fmt::print("{:<24}{:>12} {}\n", name, value, unit);
  };
  row("produced", produced);
  row("processed", processed);
  row("duplicates", duplicates);
  row("lost", lost);
  row("out of order", out_of_order);
  row("rebalances", rebalances);
  row("throughput", static_cast<std::uint64_t>(records_per_second), "records/s");
  row("CPU", static_cast<std::uint64_t>(cpu_ns_per_record), "ns/record");
  row("residence p50", residence_p50_us, "us");
  row("residence p99", residence_p99_us, "us");
}

void Report::write_json(const std::string& file) const {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const PartitionPosition& one : partitions) {
    rows.push_back({{"partition", one.partition},
                    {"commit_position", one.commit_position},
                    {"end_offset", one.end_offset}});
  }
  const nlohmann::ordered_json json{{"produced", produced},
                                    {"processed", processed},
                                    {"duplicates", duplicates},
                                    {"lost", lost},
                                    {"out_of_order", out_of_order},
                                    {"rebalances", rebalances},
                                    {"partitions", rows},
                                    {"records_per_second", records_per_second},
                                    {"cpu_ns_per_record", cpu_ns_per_record},
                                    {"residence_p50_us", residence_p50_us},
                                    {"residence_p99_us", residence_p99_us}};
  std::ofstream out(file);
  out << json.dump(2) << '\n';
  out.flush();
  if (!out) throw std::runtime_error("cannot write the report to " + file);
}

}  // namespace quickstart

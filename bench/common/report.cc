#include "common/report.h"

#include <librdkafka/rdkafka.h>

#include <exception>
#include <iostream>

namespace bench {

bool saw_all(const std::vector<Extent>& topic, const Tally& tally) {
  const std::vector<Counted> counted = tally.partitions();
  if (counted.size() != topic.size()) return false;
  for (std::size_t p = 0; p < topic.size(); ++p) {
    if (counted[p].count != topic[p].count() || counted[p].sum != topic[p].sum()) return false;
  }
  return true;
}

std::uint64_t count_of(const std::vector<Extent>& topic) {
  std::uint64_t count = 0;
  for (const Extent& partition : topic) count += partition.count();
  return count;
}

int print_report(const Options& options, const std::vector<Extent>& topic, const Tally& tally,
                 const Meter& meter, const nlohmann::json& settings) {
  Counted total;
  for (const Counted& partition : tally.partitions()) {
    total.count += partition.count;
    total.bytes += partition.bytes;
  }
  const auto records = static_cast<double>(total.count);
  const auto per_record = [&](std::int64_t ns) {
    return total.count == 0 ? 0.0 : static_cast<double>(ns) / records;
  };
  nlohmann::json threads = nlohmann::json::array();
  for (const ThreadCpu& thread : meter.threads()) {
    threads.push_back({{"name", thread.name},
                       {"threads", thread.threads},
                       {"cpu_ns_per_record", per_record(thread.cpu_ns)}});
  }
  const bool complete = saw_all(topic, tally);
  const nlohmann::json line{
      {"arm", options.arm},
      {"order", options.order},
      {"handler", options.handler},
      {"mode", options.mode},
      {"work_us", options.work_us},
      {"concurrency", options.concurrency},
      {"records", total.count},
      {"bytes", total.bytes},
      {"seconds", meter.seconds()},
      {"records_per_second", meter.seconds() > 0 ? records / meter.seconds() : 0.0},
      {"cpu_ns_per_record", per_record(meter.cpu_ns())},
      {"saw_all", complete},
      {"startup_ms", meter.startup_ms()},
      {"allocator", allocator_name()},
      {"client_version", std::string("librdkafka ") + rd_kafka_version_str()},
      {"settings", settings},
      {"threads", threads}};
  std::cout << line.dump() << std::endl;
  return complete ? 0 : 1;
}

int guarded_main(const std::function<int()>& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
}

}  // namespace bench

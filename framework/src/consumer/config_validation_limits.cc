#include "consumer/config_validation.h"

#include <cstddef>
#include <limits>

namespace strandline::detail {

namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();
constexpr unsigned kWorkersMax = 10'000;
constexpr unsigned kInstancesMax = 1'000;
// The upper bounds of librdkafka's properties of the same meaning.
constexpr std::size_t kPrefetchRecordsMax = 10'000'000;
constexpr std::size_t kPrefetchBytesMax = std::size_t{2'097'151} * 1024;
constexpr std::size_t kFetchBytesMinMax = 100'000'000;
// Its message.max.bytes is no smaller, and may not be above this.
constexpr std::size_t kFetchBytesMaxMin = 1'000;
constexpr std::size_t kFetchBytesMaxMax = 2'147'483'135;
constexpr std::size_t kPartitionBytesMaxMax = 1'000'000'000;
constexpr std::chrono::milliseconds kFetchWaitMax = std::chrono::minutes(5);

void check_in_flight(const InFlightLimits& limits, ConfigFaults& faults) {
  const bool records = faults.check_range("in_flight.records_max_per_partition",
                                          limits.records_max_per_partition, 1, kNoLimit);
  const bool bytes = faults.check_range("in_flight.bytes_max_per_partition",
                                        limits.bytes_max_per_partition, 1, kNoLimit);
  if (faults.check_range("in_flight.records_max", limits.records_max, 1, kNoLimit) && records) {
    faults.add_if(limits.records_max < limits.records_max_per_partition, "in_flight.records_max",
                  "is below in_flight.records_max_per_partition, which it holds for all together",
                  "raise it, or lower in_flight.records_max_per_partition");
  }
  if (faults.check_range("in_flight.bytes_max", limits.bytes_max, 1, kNoLimit) && bytes) {
    faults.add_if(limits.bytes_max < limits.bytes_max_per_partition, "in_flight.bytes_max",
                  "is below in_flight.bytes_max_per_partition, which it holds for all together",
                  "raise it, or lower in_flight.bytes_max_per_partition");
  }
  faults.add_if(!(limits.low_mark > 0 && limits.low_mark < 1), "in_flight.low_mark",
                "is not between 0 and 1, both excluded",
                "0.7 goes on reading when 70 % of the maximum are left");
}

void check_fetch(const ConsumerConfig& config, ConfigFaults& faults) {
  const FetchConfig& fetch = config.fetch;
  const InFlightLimits& limits = config.in_flight;
  faults.check_range("fetch.batch_records_max", fetch.batch_records_max, 1, 1'000'000);
  // The default gives way to a lower limit; who sets a batch size expects to see such batches.
  faults.add_if(fetch.batch_records_max != FetchConfig{}.batch_records_max &&
                    fetch.batch_records_max > limits.records_max_per_partition,
                "fetch.batch_records_max",
                "is above in_flight.records_max_per_partition: no batch could ever be that long",
                "lower it, or raise in_flight.records_max_per_partition");
  faults.check_range("fetch.prefetch_records", fetch.prefetch_records, 1, kPrefetchRecordsMax);
  faults.check_range("fetch.prefetch_bytes", fetch.prefetch_bytes, 1, kPrefetchBytesMax);
  faults.check_range("fetch.bytes_min", fetch.bytes_min, 1, kFetchBytesMinMax);
  faults.check_range("fetch.wait_max", fetch.wait_max, 0ms, kFetchWaitMax);
  const bool whole =
      faults.check_range("fetch.bytes_max", fetch.bytes_max, kFetchBytesMaxMin, kFetchBytesMaxMax);
  const bool part = faults.check_range("fetch.partition_bytes_max", fetch.partition_bytes_max, 1,
                                       kPartitionBytesMaxMax);
  faults.add_if(whole && part && fetch.partition_bytes_max > fetch.bytes_max,
                "fetch.partition_bytes_max", "is above fetch.bytes_max, which it is a part of",
                "lower it, or raise fetch.bytes_max");
}

}  // namespace

void validate_limits(const ConsumerConfig& config, ConfigFaults& faults) {
  check_in_flight(config.in_flight, faults);
  check_fetch(config, faults);
  faults.check_range("workers", config.workers, 0, kWorkersMax);
  faults.check_range("instances", config.instances, 1, kInstancesMax);
  faults.check_range("async_max", config.async_max, 1, std::numeric_limits<unsigned>::max());
  faults.check_range("watchdog.stuck_after", config.watchdog.stuck_after, 0ms);
}

}  // namespace strandline::detail

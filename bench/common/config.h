#pragma once

#include <strandline/config.h>

#include "common/options.h"

#include <nlohmann/json.hpp>
#include <string>

namespace bench {

/// The framework's defaults plus what the arm was told. The raw arms are configured from it, too,
/// so that both sides of a ratio fetch alike. Throws on a setting that nobody knows.
///
/// Settings: instances, workers, batch, commit (periodic, none), async_max, prefetch_records,
/// prefetch_bytes, fetch_min_bytes, fetch_wait_ms, fetch_max_bytes, partition_fetch_bytes,
/// in_flight_records; any name with a dot is a property of librdkafka.
[[nodiscard]] strandline::ConsumerConfig consumer_config(const Options& options,
                                                         const std::string& group);

/// What every C++ arm reports of its settings: as given, and how it fetches and commits.
[[nodiscard]] nlohmann::json fetch_settings(const strandline::ConsumerConfig& config,
                                            const Options& options);

}  // namespace bench

#pragma once

#include <strandline/config.h>

#include "consumer/config_faults.h"

namespace strandline::detail {

// One function for each part of a configuration; `ConsumerConfig::validate` asks them all. Bounds
// that are not ours are librdkafka's own (its CONFIGURATION.md), checked here so that they are told
// together and by the names of our fields. Property names in the escape map are known to librdkafka
// alone, which checks them when the client is made.

void validate_subscription(const ConsumerConfig& config, ConfigFaults& faults);
void validate_group(const ConsumerConfig& config, ConfigFaults& faults);
void validate_commit(const ConsumerConfig& config, ConfigFaults& faults);
void validate_failure(const ConsumerConfig& config, ConfigFaults& faults);
void validate_limits(const ConsumerConfig& config, ConfigFaults& faults);
void validate_properties(const ConsumerConfig& config, ConfigFaults& faults);

}  // namespace strandline::detail

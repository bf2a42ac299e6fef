#pragma once

#include <strandline/metrics.h>

#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace strandline::detail {

/// How a metric is read; the type says whose it is and thereby which labels it has. Nothing:
/// unknown.
using ConsumerValue = std::optional<double> (*)(const Stats&);
using InstanceValue = std::optional<double> (*)(const InstanceStats&);
using PartitionValue = std::optional<double> (*)(const PartitionStats&);
using InstanceDurations = DurationHistogram InstanceStats::*;

/// One metric: the whole truth about it.
struct MetricRow {
  MetricInfo info;
  std::variant<ConsumerValue, InstanceValue, PartitionValue, InstanceDurations> read;
  /// What says the same in Parallel Consumer (pc.), Decaton (decaton.) and Kafka's Java consumer,
  /// for those who bring a dashboard along; separated by blanks.
  std::string_view elsewhere;
};

/// All metrics. Immutable; any thread.
[[nodiscard]] std::span<const MetricRow> metric_table() noexcept;

}  // namespace strandline::detail

#pragma once

#include <strandline/stats.h>

#include <cstdint>
#include <span>
#include <string_view>

/// Every metric of a consumer as data, to feed any monitoring system. Prometheus (prometheus.h) is
/// served from the same table, which docs/METRICS.md prints.
namespace strandline {

enum class MetricType : std::uint8_t {
  counter,    ///< only grows; a partition's starts again with each assignment
  gauge,      ///< a state
  histogram,  ///< durations
};

/// What all samples of one name have in common. Names follow Prometheus: the unit at the end
/// (`_seconds`, `_bytes`), `_total` behind a counter. The views are good for ever.
struct MetricInfo {
  std::string_view name;
  MetricType type;
  std::string_view help;
};

/// `client_id` and `group` on all, `instance` where there may be several, `topic` and `partition`
/// where it is one partition's.
struct MetricLabel {
  std::string_view name;
  std::string_view value;
};

/// One value. What it points to is good during the call only.
struct MetricSample {
  std::span<const MetricLabel> labels;
  double value = 0;                              ///< of a counter or gauge
  const DurationHistogram* histogram = nullptr;  ///< of a histogram, and null otherwise
};

/// Is told one metric after the other. What it throws goes through to the caller of
/// `visit_metrics`.
class MetricVisitor {
 public:
  virtual ~MetricVisitor() = default;
  /// All samples of the metric follow, also when there are none.
  virtual void on_metric(const MetricInfo& metric) = 0;
  virtual void on_sample(const MetricSample& sample) = 0;
};

/// Shows `visitor` all metrics of one snapshot (`Consumer::stats`), in the table's order. A value
/// that is not known, like the lag before the first fetch, is left out, and so are partitions that
/// the snapshot no longer has. Any thread.
void visit_metrics(const Stats& stats, MetricVisitor& visitor);
/// The same for several consumers, each metric once with the samples of all. They are told apart by
/// client id and group.
void visit_metrics(std::span<const Stats> consumers, MetricVisitor& visitor);

}  // namespace strandline

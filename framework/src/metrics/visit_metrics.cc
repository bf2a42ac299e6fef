#include <strandline/metrics.h>

#include "metrics/metric_table.h"

#include <array>
#include <string>
#include <variant>

namespace strandline {
namespace {

/// Reads one row of the table from the consumers in turn. Lives for one metric, on the caller's
/// thread.
class RowReader {
 public:
  explicit RowReader(MetricVisitor& visitor) : visitor_(visitor) {}

  void read(const Stats& stats, const detail::MetricRow& row) {
    labels_[0] = {"client_id", stats.client_id};
    labels_[1] = {"group", stats.group_id};
    std::visit([&](auto how) { read_by(how, stats); }, row.read);
  }

 private:
  void read_by(detail::ConsumerValue how, const Stats& stats) { show(how(stats), 2); }

  void read_by(detail::InstanceValue how, const Stats& stats) {
    for_each_instance(stats, [&](const InstanceStats& instance) { show(how(instance), 3); });
  }

  void read_by(detail::InstanceDurations which, const Stats& stats) {
    for_each_instance(stats, [&](const InstanceStats& instance) {
      visitor_.on_sample({.labels = labels(3), .histogram = &(instance.*which)});
    });
  }

  void read_by(detail::PartitionValue how, const Stats& stats) {
    for_each_instance(stats, [&](const InstanceStats& instance) {
      for (const PartitionStats& one : instance.partitions) {
        const std::string number = std::to_string(one.partition.partition.value());
        labels_[3] = {"topic", one.partition.topic};
        labels_[4] = {"partition", number};
        show(how(one), 5);
      }
    });
  }

  template <class F>
  void for_each_instance(const Stats& stats, F function) {
    for (std::size_t i = 0; i < stats.instances.size(); ++i) {
      const std::string number = std::to_string(i);
      labels_[2] = {"instance", number};
      function(stats.instances[i]);
    }
  }

  void show(std::optional<double> value, std::size_t label_count) {
    if (value) visitor_.on_sample({.labels = labels(label_count), .value = *value});
  }

  [[nodiscard]] std::span<const MetricLabel> labels(std::size_t count) const {
    return std::span(labels_).first(count);
  }

  MetricVisitor& visitor_;
  std::array<MetricLabel, 5> labels_{};  // the narrower a metric, the more of them it has
};

}  // namespace

void visit_metrics(const Stats& stats, MetricVisitor& visitor) {
  visit_metrics(std::span(&stats, 1), visitor);
}

void visit_metrics(std::span<const Stats> consumers, MetricVisitor& visitor) {
  RowReader reader{visitor};
  for (const detail::MetricRow& row : detail::metric_table()) {
    visitor.on_metric(row.info);
    for (const Stats& stats : consumers) reader.read(stats, row);
  }
}

}  // namespace strandline

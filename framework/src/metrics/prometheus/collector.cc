#include "metrics/prometheus/collector.h"

#include <strandline/metrics.h>

#include "base/failure.h"
#include "base/log.h"

#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace strandline::detail {
namespace {

prometheus::MetricType type_of(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return prometheus::MetricType::Counter;
    case MetricType::gauge:
      return prometheus::MetricType::Gauge;
    case MetricType::histogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram histogram_of(const DurationHistogram& durations) {
  prometheus::ClientMetric::Histogram result;
  result.bucket.reserve(DurationHistogram::kBuckets);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < DurationHistogram::kBuckets; ++i) {
    below += durations.counts[i];
    const bool last = i + 1 == DurationHistogram::kBuckets;
    const double bound = last ? std::numeric_limits<double>::infinity()
                              : static_cast<double>(DurationHistogram::bound_us(i)) * 1e-6;
    result.bucket.push_back({.cumulative_count = below, .upper_bound = bound});
  }
  // Not `total`: Prometheus refuses a histogram whose count is not that of its +Inf bucket.
  result.sample_count = below;
  result.sample_sum = static_cast<double>(durations.sum_us) * 1e-6;
  return result;
}

/// Writes metrics down as prometheus-cpp's families. Lives for one scrape, on its thread.
class FamilyWriter final : public MetricVisitor {
 public:
  void on_metric(const MetricInfo& metric) override {
    drop_if_empty();
    prometheus::MetricFamily family;
    family.name = metric.name;
    family.help = metric.help;
    family.type = type_of(metric.type);
    families_.push_back(std::move(family));
  }

  void on_sample(const MetricSample& sample) override {
    prometheus::ClientMetric one;
    one.label.reserve(sample.labels.size());
    for (const MetricLabel& label : sample.labels) {
      one.label.push_back({.name = std::string(label.name), .value = std::string(label.value)});
    }
    prometheus::MetricFamily& family = families_.back();
    if (sample.histogram != nullptr) {
      one.histogram = histogram_of(*sample.histogram);
    } else if (family.type == prometheus::MetricType::Counter) {
      one.counter.value = sample.value;
    } else {
      one.gauge.value = sample.value;
    }
    family.metric.push_back(std::move(one));
  }

  std::vector<prometheus::MetricFamily> take() && {
    drop_if_empty();
    return std::move(families_);
  }

 private:
  void drop_if_empty() {
    if (!families_.empty() && families_.back().metric.empty()) families_.pop_back();
  }

  std::vector<prometheus::MetricFamily> families_;
};

/// Prometheus refuses a whole scrape in which two series have the same labels, so consumers that
/// are named alike are numbered.
void tell_apart(std::vector<Stats>& consumers) {
  std::set<std::pair<std::string, std::string>> taken;
  for (Stats& stats : consumers) {
    std::string name = stats.client_id;
    for (int n = 2; !taken.insert({name, stats.group_id}).second; ++n) {
      name = stats.client_id + "-" + std::to_string(n);
    }
    stats.client_id = std::move(name);
  }
}

}  // namespace

void Collector::watch(const void* key, Read read) {
  const std::lock_guard lock(mutex_);
  const bool known = std::ranges::find(watched_, key, &Watched::key) != watched_.end();
  if (!known) watched_.push_back({key, std::move(read)});
}

void Collector::unwatch(const void* key) {
  const std::lock_guard lock(mutex_);
  std::erase_if(watched_, [key](const Watched& one) { return one.key == key; });
}

std::vector<Stats> Collector::snapshots() const {
  std::vector<Stats> result;
  const std::lock_guard lock(mutex_);
  result.reserve(watched_.size());
  for (const Watched& one : watched_) result.push_back(one.read());
  return result;
}

std::vector<prometheus::MetricFamily> Collector::Collect() const {
  try {
    std::vector<Stats> consumers = snapshots();
    tell_apart(consumers);
    FamilyWriter writer;
    visit_metrics(consumers, writer);
    return std::move(writer).take();
  } catch (...) {
    log(LogLevel::error, "metrics: a scrape failed: {}; it is answered without metrics",
        failure_of(std::current_exception()).why);
  }
  return {};
}

}  // namespace strandline::detail

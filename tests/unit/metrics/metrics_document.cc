#include "metrics_document.h"

#include "metrics/metric_table.h"

#include <algorithm>
#include <variant>

namespace strandline::detail {
namespace {

constexpr std::string_view kNoOffsetMap =
    "no map of finished offsets is stored with a commit: what a crash repeats is bounded by the "
    "commit interval and the records in flight";
constexpr std::string_view kNoShaping = "there is no rate limit per key or partition";
constexpr std::string_view kNoCompaction = "records are not compacted before they are handled";

constexpr WithoutCounterpart kWithout[] = {
    {"pc.offsets.encoding.time", kNoOffsetMap},
    {"pc.offsets.encoding.usage", kNoOffsetMap},
    {"pc.metadata.space.used", kNoOffsetMap},
    {"pc.payload.ratio.used", kNoOffsetMap},
    {"pc.shards.max.size",
     "a strand is bounded by its partition's limit of records in flight, "
     "strandline_partition_queued_records shows how near it is"},
    {"decaton.partition.throttled.time", kNoShaping},
    {"decaton.shaping.queued.tasks", kNoShaping},
    {"decaton.shaping.queueing.failed", kNoShaping},
    {"decaton.processor.compaction.compacted", kNoCompaction},
    {"decaton.processor.compaction.compacted.keys", kNoCompaction},
};

constexpr std::string_view kIntroduction =
    R"(<!-- Printed from framework/src/metrics/metric_table.cc; do not edit. After a change there:
     cmake --build build/dev --target write_metrics_document
     build/dev/tests/unit/metrics/write_metrics_document framework/docs/METRICS.md -->
# Metrics

`PrometheusEndpoint` (`<strandline/prometheus.h>`) serves these at `/metrics`; `visit_metrics`
(`<strandline/metrics.h>`) hands the same to any other monitoring system. Both read
`Consumer::stats()`, a snapshot at most some 100 ms old; nothing is counted or looked up per record
for them.

- Labels: all have `client_id` and `group`. Consumers with the same two at one endpoint are
  numbered: the second one's `client_id` ends in `-2`.
- A partition's series begin when it is assigned, its counters at 0, and vanish when it is revoked or
  lost. An instance's counters live as long as the consumer.
- A value that is not known is absent, not 0 or -1: the lag before the first fetch, the committed
  offset before the first commit.
- Offsets are those of the records named; positions (`commit_position`, `committed_offset`,
  `high_watermark`) are one past the last record.
- Durations are in seconds, in buckets of powers of two from 1 µs to about 4.8 hours:
  `histogram_quantile(0.99, sum by (le) (rate(strandline_residence_seconds_bucket[1m])))`.

What to alert on:

- `strandline_state == 4`: it failed.
- `strandline_oldest_unfinished_age_seconds`: a record holds the commit position.
- `strandline_parked_records > 0`: a record failed for good and waits for somebody.
- `strandline_last_turn_age_seconds`: the poller hangs.
- `increase(strandline_commits_failed_total[5m])`, and a lag that grows.

None of these can be seen when the process is gone: watch the group's lag from outside as well.
)";

std::string_view name_of(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      return "histogram";
  }
  return "";
}

struct Section {
  std::string_view title;
  bool (*has)(const MetricRow&);
};

constexpr Section kSections[] = {
    {"Of a consumer (`client_id`, `group`)",
     [](const MetricRow& row) { return std::holds_alternative<ConsumerValue>(row.read); }},
    {"Of an instance (`client_id`, `group`, `instance`)",
     [](const MetricRow& row) {
       return std::holds_alternative<InstanceValue>(row.read) ||
              std::holds_alternative<InstanceDurations>(row.read);
     }},
    {"Of a partition (`client_id`, `group`, `instance`, `topic`, `partition`)",
     [](const MetricRow& row) { return std::holds_alternative<PartitionValue>(row.read); }},
};

std::string line_of(const MetricRow& row) {
  std::string line = "| `";
  line.append(row.info.name).append("` | ").append(name_of(row.info.type)).append(" | ");
  line.append(row.info.help).append(" | ");
  std::string_view rest = row.elsewhere;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    line.append("`").append(word).append("` ");
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  return line += "|\n";
}

}  // namespace

std::span<const WithoutCounterpart> without_counterpart() noexcept { return kWithout; }

std::string metrics_document() {
  std::string text{kIntroduction};
  for (const Section& section : kSections) {
    text.append("\n## ").append(section.title).append("\n\n");
    text += "| name | type | meaning | much the same elsewhere |\n|---|---|---|---|\n";
    for (const MetricRow& row : metric_table()) {
      if (section.has(row)) text += line_of(row);
    }
  }
  text +=
      "\n## Coming from another consumer\n\n"
      "The last column names the metrics of Parallel Consumer (`pc.`), Decaton (`decaton.`) and "
      "Kafka's own Java consumer\nthat say much the same. These have no counterpart:\n\n"
      "| name | why |\n|---|---|\n";
  for (const WithoutCounterpart& one : kWithout) {
    text.append("| `").append(one.name).append("` | ").append(one.why).append(" |\n");
  }
  return text;
}

}  // namespace strandline::detail

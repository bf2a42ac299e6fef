#include <strandline/metrics.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace strandline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Writes down what it is told: "name{label=value,…} value".
class Transcript final : public MetricVisitor {
 public:
  void on_metric(const MetricInfo& metric) override {
    name_ = metric.name;
    ++families[name_];
  }
  void on_sample(const MetricSample& sample) override {
    std::string labels;
    for (const MetricLabel& label : sample.labels) {
      if (!labels.empty()) labels += ',';
      labels.append(label.name).append("=").append(label.value);
    }
    if (sample.histogram != nullptr) {
      samples[name_].push_back(labels + " n=" + std::to_string(sample.histogram->total));
    } else {
      samples[name_].push_back(labels + " " + std::to_string(static_cast<long long>(sample.value)));
    }
  }

  std::map<std::string, int> families;
  std::map<std::string, std::vector<std::string>> samples;

 private:
  std::string name_;
};

PartitionStats partition(std::string topic, int number, std::size_t in_flight) {
  PartitionStats stats;
  stats.partition = {std::move(topic), PartitionId{number}};
  stats.in_flight = in_flight;
  return stats;
}

Stats consumer(std::string client_id) {
  Stats stats;
  stats.client_id = std::move(client_id);
  stats.group_id = "billing";
  stats.workers = 4;
  stats.instances.resize(2);
  stats.instances[0].partitions = {partition("orders", 0, 5), partition("orders", 3, 6)};
  stats.instances[0].polled = 100;
  stats.instances[0].commit.total = 9;
  stats.instances[1].partitions = {partition("refunds", 1, 7)};
  stats.instances[1].polled = 200;
  return stats;
}

TEST(VisitMetricsTest, LabelsSayWhoseAValueIs) {
  Transcript seen;
  visit_metrics(consumer("app"), seen);
  EXPECT_THAT(seen.samples["strandline_workers"], ElementsAre("client_id=app,group=billing 4"));
  EXPECT_THAT(seen.samples["strandline_polled_records_total"],
              ElementsAre("client_id=app,group=billing,instance=0 100",
                          "client_id=app,group=billing,instance=1 200"));
  EXPECT_THAT(seen.samples["strandline_commit_seconds"],
              ElementsAre("client_id=app,group=billing,instance=0 n=9",
                          "client_id=app,group=billing,instance=1 n=0"));
  EXPECT_THAT(seen.samples["strandline_partition_in_flight_records"],
              ElementsAre("client_id=app,group=billing,instance=0,topic=orders,partition=0 5",
                          "client_id=app,group=billing,instance=0,topic=orders,partition=3 6",
                          "client_id=app,group=billing,instance=1,topic=refunds,partition=1 7"));
}

TEST(VisitMetricsTest, PartitionThatLeftTheSnapshotIsGone) {
  Stats stats = consumer("app");
  stats.instances[0].partitions.clear();
  Transcript seen;
  visit_metrics(stats, seen);
  EXPECT_THAT(seen.samples["strandline_partition_in_flight_records"],
              ElementsAre("client_id=app,group=billing,instance=1,topic=refunds,partition=1 7"));
}

TEST(VisitMetricsTest, UnknownValueHasNoSample) {
  Transcript seen;
  visit_metrics(consumer("app"), seen);
  EXPECT_EQ(seen.families["strandline_partition_records_lag"], 1);
  EXPECT_THAT(seen.samples["strandline_partition_records_lag"], IsEmpty());
}

TEST(VisitMetricsTest, SeveralConsumersShareEachMetric) {
  const std::vector<Stats> both = {consumer("app"), consumer("audit")};
  Transcript seen;
  visit_metrics(both, seen);
  EXPECT_TRUE(std::ranges::all_of(seen.families, [](const auto& one) { return one.second == 1; }));
  EXPECT_THAT(seen.samples["strandline_workers"],
              ElementsAre("client_id=app,group=billing 4", "client_id=audit,group=billing 4"));
}

}  // namespace
}  // namespace strandline

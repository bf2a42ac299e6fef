// Lag, seen from inside: `stats()` has it for each partition, with the record that holds the commit
// position and since when; a PrometheusEndpoint serves the same and some sixty more values over
// HTTP. Kafka's names:  records-lag      strandline_partition_records_lag{topic,partition}
//                 records-lag-max  strandline_records_lag_max
//                 records-lag-avg  strandline_records_lag_avg
// Lag here counts from the commit position, so work in progress is still lag. A number from inside
// goes away with the consumer and knows only its own partitions; samples/README.md has the look
// from outside. Subject 8.
//
//   build/release/samples/11_lag_metrics --mock
//   curl http://127.0.0.1:9464/metrics          (while it runs on a real cluster)

#include <fmt/core.h>
#include <strandline/prometheus.h>
#include <strandline/strandline.h>

#include <algorithm>
#include <latch>
#include <thread>

#include "common/demo.h"
#include "common/http_get.h"

using namespace strandline;

namespace {

/// The sum over all partitions; -1 while one of them is not known.
std::int64_t print_lag(const Stats& stats) {
  std::int64_t sum = 0;
  std::int64_t highest = 0;
  const auto partitions = stats.total().partitions;
  for (const PartitionStats& one : partitions) {
    if (one.lag < 0) return -1;
    fmt::print("  {} lag {:>3} (committed {}, end {})\n", to_string(one.partition), one.lag,
               one.committed.value(), one.high_watermark.value());
    sum += one.lag;
    highest = std::max(highest, one.lag);
  }
  if (partitions.empty()) return -1;
  fmt::print("  max {} avg {}\n", highest, sum / static_cast<std::int64_t>(partitions.size()));
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  samples::Demo demo{argc, argv, "Serves its lag to Prometheus"};

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
  }};
  SignalStop stop{consumer};
  PrometheusEndpoint endpoint{demo.mock() ? "127.0.0.1:0" : "127.0.0.1:9464"};
  endpoint.watch(consumer);

  std::latch looked{1};  // the handlers hold still until the lag has been looked at
  std::jthread dashboard{[&] {
    demo.wait_until([&] { return print_lag(consumer.stats()) == 100; }, "all 100 are lag");
    const std::string page = samples::http_get(endpoint.port(), "/metrics");
    demo.expect(!demo.mock() || page.find("strandline_records_lag_max") != std::string::npos,
                "the lag is on the page");
    looked.count_down();
  }};
  const RunSummary summary = consumer.run(
      [&](const Record& record) {
        looked.wait();
        demo.handled(record);
      },
      demo.until_done());
  endpoint.unwatch(consumer);

  for (const PartitionStats& one : summary.partitions) {
    demo.expect(!demo.mock() || one.lag == 0, to_string(one.partition) + " ends without lag");
  }
  return demo.finish(summary);
}

// Lag, seen from inside: `stats()` has it for each partition, with the record that holds the commit
// position and since when; a PrometheusEndpoint serves the same and some seventy more values over
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
#include <atomic>
#include <thread>

#include "common/demo.h"
#include "common/http_get.h"

using namespace strandline;

namespace {

/// The sum over all partitions; -1 while one of them is not known.
std::int64_t sum_of_lag(const Stats& stats) {
  std::int64_t sum = stats.total().partitions.empty() ? -1 : 0;
  for (const PartitionStats& one : stats.total().partitions) {
    sum = one.lag < 0 || sum < 0 ? -1 : sum + one.lag;
  }
  return sum;
}

void print_lag(const Stats& stats) {
  std::int64_t highest = 0;
  const auto partitions = stats.total().partitions;
  for (const PartitionStats& one : partitions) {
    fmt::print("{} lag {:>3}  (committed {}, end {}, offset {} unfinished since {} ms)\n",
               to_string(one.partition), one.lag, one.committed.value(), one.high_watermark.value(),
               one.oldest_unfinished.value(), one.oldest_age.count());
    highest = std::max(highest, one.lag);
  }
  fmt::print("lag: max {}, avg {}\n", highest,
             sum_of_lag(stats) / static_cast<std::int64_t>(partitions.size()));
}

}  // namespace

int main(int argc, char** argv) {
  samples::Demo demo{argc, argv, "Serves its lag to Prometheus", {.produce_at_start = false}};

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
  }};
  SignalStop stop{consumer};
  PrometheusEndpoint endpoint{demo.mock() ? "127.0.0.1:0" : "127.0.0.1:9464"};
  endpoint.watch(consumer);

  std::atomic<bool> held = false;  // handlers wait while it is set, and lag builds up
  const auto show_lag = [&] {
    demo.produce(20);
    demo.wait_until([&] { return sum_of_lag(consumer.stats()) == 0; }, "there is no lag at first");
    held = true;
    demo.produce(80);
    if (demo.wait_until([&] { return sum_of_lag(consumer.stats()) == 80; }, "80 records of lag")) {
      print_lag(consumer.stats());
    }
    const std::string page = samples::http_get(endpoint.port(), "/metrics");
    demo.expect(page.find("\nstrandline_records_lag_max{") != std::string::npos,
                "the lag is on the page");
    held = false;
    held.notify_all();
  };
  std::jthread dashboard{[&] {
    if (demo.mock()) show_lag();
  }};
  const RunSummary summary = consumer.run(
      [&](const Record& record) {
        held.wait(true);
        demo.handled(record);
      },
      demo.until_done());
  dashboard.join();
  endpoint.unwatch(consumer);

  return demo.finish(summary);
}

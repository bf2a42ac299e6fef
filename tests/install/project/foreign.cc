// A foreign project: it knows strandline only as installed. Consumes ten records from a cluster of
// its own and exits 0 when all ten were handled and committed.
#include <strandline/strandline.h>
#include <strandline/testing/mock_cluster.h>
#include <strandline/version.h>
#ifdef WITH_PROMETHEUS
#include <strandline/prometheus.h>
#endif

#include <atomic>
#include <cstdio>
#include <string>

int main() {
  constexpr int kRecords = 10;
  strandline::testing::MockCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.produce("orders", std::vector<strandline::testing::ProducedRecord>(
                                kRecords, {.key = "key", .value = "value"}));

  strandline::Consumer consumer{{.bootstrap_servers = cluster.bootstrap_servers(),
                                 .group_id = "foreign",
                                 .topics = {"orders"}}};
#ifdef WITH_PROMETHEUS
  strandline::PrometheusEndpoint endpoint{"127.0.0.1:0"};
  endpoint.watch(consumer);
#endif
  std::atomic<int> handled{0};
  consumer.run([&](const strandline::Record&) {
    if (++handled == kRecords) consumer.request_stop();
  });
#ifdef WITH_PROMETHEUS
  endpoint.unwatch(consumer);
#endif

  const auto committed =
      cluster.committed("foreign", {.topic = "orders", .partition = strandline::PartitionId{0}});
  const auto position = committed ? committed->value() : -1;
  std::printf("strandline %s: handled %d, committed %lld\n", strandline::version(), handled.load(),
              static_cast<long long>(position));
  return handled == kRecords && position == kRecords ? 0 : 1;
}

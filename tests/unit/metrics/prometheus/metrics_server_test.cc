#include "metrics/prometheus/metrics_server.h"

#include <strandline/error.h>

#include "scrape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace strandline::detail {
namespace {

using testing::HasSubstr;
using testing::Not;

Stats consumer_with_partition() {
  Stats stats;
  stats.client_id = "app";
  stats.group_id = "billing";
  stats.instances.resize(1);
  stats.instances[0].processed = 1234;
  stats.instances[0].residence.counts[5] = 8;
  stats.instances[0].residence.total = 8;
  stats.instances[0].partitions.resize(1);
  stats.instances[0].partitions[0].partition = {"orders", PartitionId{7}};
  stats.instances[0].partitions[0].lag = 99;
  return stats;
}

// `stats` is read by a server thread, but never while the test writes: a scrape is answered before
// `scrape` returns.
TEST(MetricsServerTest, ScrapeHasTheSeriesOfTheSnapshotAndNoOthers) {
  Stats stats = consumer_with_partition();
  MetricsServer server{"127.0.0.1:0"};
  ASSERT_NE(server.port(), 0);
  server.collector().watch(&stats, [&] { return stats; });
  const std::string before = scrape(server.port());
  EXPECT_THAT(before, HasSubstr("200 OK"));
  EXPECT_THAT(before, HasSubstr("# TYPE strandline_processed_records_total counter"));
  EXPECT_THAT(before, HasSubstr("strandline_processed_records_total{client_id=\"app\",group=\""
                                "billing\",instance=\"0\"} 1234"));
  EXPECT_THAT(before, HasSubstr("strandline_partition_records_lag{client_id=\"app\",group=\"billing"
                                "\",instance=\"0\",topic=\"orders\",partition=\"7\"} 99"));
  EXPECT_THAT(before, HasSubstr("strandline_residence_seconds_bucket{client_id=\"app\",group=\""
                                "billing\",instance=\"0\",le=\"+Inf\"} 8"));

  stats.instances[0].partitions.clear();
  const std::string after = scrape(server.port());
  EXPECT_THAT(after, HasSubstr("strandline_processed_records_total{"));
  EXPECT_THAT(after, Not(HasSubstr("strandline_partition_")));

  server.collector().unwatch(&stats);
  EXPECT_THAT(scrape(server.port()), Not(HasSubstr("strandline_")));
}

TEST(MetricsServerTest, AddressInUseIsAnErrorThatNamesIt) {
  const MetricsServer first{"127.0.0.1:0"};
  const std::string taken = "127.0.0.1:" + std::to_string(first.port());
  try {
    const MetricsServer second{taken};
    FAIL() << "two servers on one port";
  } catch (const Exception& refused) {
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_config);
    EXPECT_THAT(refused.error().message, HasSubstr(taken));
  }
}

TEST(MetricsServerTest, PortIsFreeAgainAfterTheEnd) {
  std::uint16_t port = 0;
  {
    const MetricsServer server{"127.0.0.1:0"};
    port = server.port();
  }
  EXPECT_EQ(scrape(port), "");
}

}  // namespace
}  // namespace strandline::detail

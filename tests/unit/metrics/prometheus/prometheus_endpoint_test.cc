#include <strandline/prometheus.h>

#include "scrape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace strandline {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PrometheusEndpointTest, ServesAConsumerWhileItIsWatched) {
  const Consumer consumer{{.bootstrap_servers = "127.0.0.1:1",
                           .group_id = "billing",
                           .topics = {"orders"},
                           .client_id = "app"}};
  PrometheusEndpoint endpoint{"127.0.0.1:0"};
  endpoint.watch(consumer);
  EXPECT_THAT(detail::scrape(endpoint.port()),
              HasSubstr("strandline_state{client_id=\"app\",group=\"billing\"} 0"));
  endpoint.unwatch(consumer);
  EXPECT_THAT(detail::scrape(endpoint.port()), Not(HasSubstr("strandline_")));
}

}  // namespace
}  // namespace strandline

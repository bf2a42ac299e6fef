#include <strandline/prometheus.h>

#include "metrics/prometheus/metrics_server.h"

namespace strandline {

class PrometheusEndpoint::Impl : public detail::MetricsServer {
 public:
  using MetricsServer::MetricsServer;
};

PrometheusEndpoint::PrometheusEndpoint(const std::string& address)
    : impl_(std::make_unique<Impl>(address)) {}

PrometheusEndpoint::~PrometheusEndpoint() = default;

void PrometheusEndpoint::watch(const Consumer& consumer) {
  impl_->collector().watch(&consumer, [&consumer] { return consumer.stats(); });
}

void PrometheusEndpoint::unwatch(const Consumer& consumer) {
  impl_->collector().unwatch(&consumer);
}

std::uint16_t PrometheusEndpoint::port() const noexcept { return impl_->port(); }

}  // namespace strandline

#include "metrics/prometheus/metrics_server.h"

#include <strandline/error.h>

#include <exception>

namespace strandline::detail {
namespace {

std::unique_ptr<prometheus::Exposer> listen_on(const std::string& address) {
  try {
    return std::make_unique<prometheus::Exposer>(address);
  } catch (const std::exception& failure) {
    // The HTTP library does not say why: the address is taken, not this machine's, or no address.
    throw Exception({ErrorCode::invalid_config,
                     "metrics: cannot listen on '" + address + "' (" + failure.what() +
                         "); give host:port of a free port on this machine, or port 0"});
  }
}

}  // namespace

MetricsServer::MetricsServer(const std::string& address) : exposer_(listen_on(address)) {
  const std::vector<int> ports = exposer_->GetListeningPorts();
  if (!ports.empty()) port_ = static_cast<std::uint16_t>(ports.front());
  exposer_->RegisterCollectable(collector_);
}

}  // namespace strandline::detail

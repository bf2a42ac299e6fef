#pragma once

#include "metrics/prometheus/collector.h"

#include <prometheus/exposer.h>

#include <cstdint>
#include <memory>
#include <string>

namespace strandline::detail {

/// An HTTP server that answers GET /metrics from a collector. Its threads are the HTTP library's;
/// they touch nothing but the collector. Any thread.
class MetricsServer {
 public:
  /// Throws Exception when the address cannot be bound.
  explicit MetricsServer(const std::string& address);

  [[nodiscard]] Collector& collector() noexcept { return *collector_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  // The server holds it weakly; declared first, it goes after the server's threads have ended.
  std::shared_ptr<Collector> collector_ = std::make_shared<Collector>();
  std::unique_ptr<prometheus::Exposer> exposer_;
  std::uint16_t port_ = 0;
};

}  // namespace strandline::detail

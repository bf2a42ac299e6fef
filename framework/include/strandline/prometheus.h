#pragma once

#include <strandline/consumer.h>

#include <cstdint>
#include <memory>
#include <string>

/// Needs the optional part `strandline::prometheus` (CMake option STRANDLINE_PROMETHEUS).
namespace strandline {

/// Serves a consumer's metrics over HTTP for Prometheus to scrape.
///
///   PrometheusEndpoint endpoint{"127.0.0.1:9464"};
///   endpoint.watch(consumer);
///
/// A watched consumer must stay where it is, and outlive the endpoint or be unwatched before.
/// A scrape renders the consumer's latest snapshot, so nothing is looked up or locked per record,
/// and the series of a revoked partition vanish with it. All names: docs/METRICS.md. Thread safety:
/// all members from any thread.
class PrometheusEndpoint {
 public:
  /// "host:port"; port 0 takes a free one. Throws Exception when the address cannot be bound.
  explicit PrometheusEndpoint(const std::string& address);
  PrometheusEndpoint(const PrometheusEndpoint&) = delete;
  PrometheusEndpoint& operator=(const PrometheusEndpoint&) = delete;
  /// Takes up to 2 s: the HTTP server ends at its next look at its sockets.
  ~PrometheusEndpoint();

  void watch(const Consumer& consumer);
  void unwatch(const Consumer& consumer);
  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strandline

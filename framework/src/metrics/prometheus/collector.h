#pragma once

#include <strandline/stats.h>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <functional>
#include <mutex>
#include <vector>

namespace strandline::detail {

/// Renders the snapshots of the consumers it watches for Prometheus, anew at each scrape: a series
/// is there if and only if the latest snapshot has its value. Any thread.
class Collector final : public prometheus::Collectable {
 public:
  using Read = std::function<Stats()>;

  /// `key` tells consumers apart; one already watched is not watched twice.
  void watch(const void* key, Read read);
  /// When it returns, no scrape calls the `read` of `key` any more.
  void unwatch(const void* key);

  /// On a thread of the HTTP server. Never throws: above it are C frames.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  struct Watched {
    const void* key;
    Read read;
  };

  [[nodiscard]] std::vector<Stats> snapshots() const;

  // Held while the snapshots are taken, not while they are rendered: `unwatch` waits for the one
  // and need not wait for the other.
  mutable std::mutex mutex_;
  std::vector<Watched> watched_;
};

}  // namespace strandline::detail

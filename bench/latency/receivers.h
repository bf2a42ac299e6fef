#pragma once

#include "common/options.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

namespace bench {

/// Exact latencies. Thread safety: `note` from any thread, the rest when the
/// threads that noted are gone.
class Samples {
 public:
  /// Room for as many as will come: growing on the way would be latency of our own making.
  explicit Samples(std::size_t expected) { latencies_.reserve(expected); }

  /// The first thing a handler does.
  void note(std::string_view value);
  [[nodiscard]] std::uint64_t received() const noexcept {
    return received_.load(std::memory_order_relaxed);
  }
  /// In nanoseconds, sorted.
  [[nodiscard]] std::vector<std::int64_t> sorted() const;

 private:
  std::mutex mutex_;
  std::vector<std::int64_t> latencies_;
  std::atomic<std::uint64_t> received_{0};
};

/// Consumes until `done` says so; asked some ten times a second at the least.
void receive_raw(const Options& options, Samples& samples, const std::function<bool()>& done);
void receive_strandline(const Options& options, Samples& samples,
                        const std::function<bool()>& done);

}  // namespace bench

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace quickstart {

inline constexpr int kPartitions = 12;
inline constexpr std::uint32_t kCustomers = 6'000;
/// Orders of one customer come in bursts, so that its records are handled close together: a
/// framework that did not keep them apart would show.
inline constexpr std::uint64_t kBurst = 8;

/// One order: the customer is the record's key, the sequence counts that customer's orders from 1.
struct Order {
  std::uint32_t customer;
  std::uint32_t sequence;

  [[nodiscard]] constexpr int partition() const {
    return static_cast<int>(customer % static_cast<std::uint32_t>(kPartitions));
  }
};

/// The n-th order of the stream, the same for whoever asks.
[[nodiscard]] constexpr Order order_at(std::uint64_t n) {
  const std::uint64_t burst = n / kBurst;
  return {static_cast<std::uint32_t>(burst % kCustomers),
          static_cast<std::uint32_t>(burst / kCustomers * kBurst + n % kBurst + 1)};
}

/// How far the stream is, in memory that the producing and the consuming process share. Every field
/// is written by one side and read by the other.
struct Stream {
  // The producing process writes:
  std::atomic<bool> topic_ready{false};
  std::array<std::atomic<std::int64_t>, kPartitions> sent{};  ///< handed to the client
  std::atomic<std::uint64_t> acknowledged{0};                 ///< by the broker
  // The consuming process writes:
  std::atomic<std::uint64_t> allowed{0};                           ///< how far to produce
  std::array<std::atomic<std::int64_t>, kPartitions> committed{};  ///< commit position

  [[nodiscard]] std::uint64_t total_sent() const { return total(sent); }
  [[nodiscard]] std::uint64_t total_committed() const { return total(committed); }

 private:
  static std::uint64_t total(const std::array<std::atomic<std::int64_t>, kPartitions>& counts) {
    std::int64_t sum = 0;
    for (const auto& count : counts) sum += count.load(std::memory_order_relaxed);
    return static_cast<std::uint64_t>(sum);
  }
};

static_assert(std::atomic<std::int64_t>::is_always_lock_free,
              "a lock would not be shared between the processes");

/// A Stream in memory that a process forked later shares. Never given back: it lives as long as
/// they do.
[[nodiscard]] Stream& share_stream();

}  // namespace quickstart

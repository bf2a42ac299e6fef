#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

namespace bench {

struct LoadOptions {
  std::string bootstrap_servers;
  std::string topic;
  std::int32_t partitions = 12;
  double rate = 1000;      ///< records a second
  std::size_t size = 100;  ///< bytes of a value, of which the first 16 say when and which
  std::chrono::milliseconds warm_up{2000};  ///< records sent until then are not measured
  std::chrono::milliseconds duration{10'000};
  std::string linger_ms = "0";
};

/// What a value begins with.
struct Stamp {
  std::int64_t sent_ns = 0;   ///< the steady clock, which all processes of a machine share
  std::int64_t measured = 0;  ///< 1 once the warm-up is over
};
[[nodiscard]] Stamp stamp_of(std::string_view value) noexcept;

/// Produces at a fixed rate on a thread of its own. It never slows down because the consumer does:
/// what is late is sent at once, and the rate that came out is reported. What is due at one tick
/// goes to one partition, the next tick's to the next: one by one to all of them, each would be a
/// request of its own, and the broker's limit of requests would be all that is measured.
class Load {
 public:
  /// Throws when librdkafka refuses the producer.
  explicit Load(LoadOptions options);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load();

  /// Until all is sent and acknowledged, or refused.
  void wait();
  /// After `wait`.
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
  [[nodiscard]] std::uint64_t sent_measured() const noexcept { return measured_; }
  [[nodiscard]] double achieved_rate() const noexcept { return achieved_rate_; }

 private:
  void run();
  void send(std::int32_t partition, std::int64_t now_ns, bool measured);

  LoadOptions options_;
  void* client_ = nullptr;  // rd_kafka_t
  std::string value_;
  std::uint64_t sent_ = 0;
  std::uint64_t measured_ = 0;
  double achieved_rate_ = 0;
  std::thread thread_;
};

}  // namespace bench

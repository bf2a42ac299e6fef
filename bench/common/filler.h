#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct FillOptions {
  std::string bootstrap_servers;
  std::string topic;
  std::uint64_t records = 0;
  std::size_t size = 100;  ///< bytes of a value
  std::string compression = "none";
  std::uint64_t keys = 100'000;  ///< keys are 8 decimal digits, from 0
  double zipf = 0.0;             ///< the exponent; 0: all keys are equally frequent
  std::uint64_t seed = 1;
};

/// Draws keys. With an exponent s, key k (from 0) comes in proportion to 1 / (k + 1)^s.
/// The same seed gives the same keys. One thread.
class KeyDraw {
 public:
  KeyDraw(std::uint64_t keys, double zipf, std::uint64_t seed);
  [[nodiscard]] std::uint64_t next();

 private:
  [[nodiscard]] double unit();

  std::uint64_t keys_;
  std::uint64_t state_;
  std::vector<double> cumulative_{};  // empty when uniform
};

/// Fills a topic that exists; a key's hash picks the partition. Throws when a record is refused.
void fill_topic(const FillOptions& options);

/// "00000042": how keys are written.
[[nodiscard]] std::string key_text(std::uint64_t key);

}  // namespace bench

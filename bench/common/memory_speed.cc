#include <chrono>
#include <cstddef>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

// How long one access to memory takes that no prefetcher foresees, in as much memory as librdkafka
// and its reader pass records through. Neighbours on the same host share the cache it would lie in,
// and no counter of a virtual machine tells when they fill it.
namespace {

constexpr std::size_t kBytes = std::size_t{16} << 20;
constexpr std::size_t kSteps = 500'000;

/// A cache line that says where to go next.
struct alignas(64) Line {
  std::size_t next = 0;
};

/// One ring through all lines, in random order (Sattolo's shuffle makes a single cycle).
std::vector<Line> ring() {
  std::vector<std::size_t> order(kBytes / sizeof(Line));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 random(1);
  for (std::size_t i = order.size() - 1; i > 0; --i) std::swap(order[i], order[random() % i]);
  std::vector<Line> lines(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) lines[i].next = order[i];
  return lines;
}

}  // namespace

int main() {
  const std::vector<Line> lines = ring();
  std::size_t at = 0;
  const auto walk = [&](std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) at = lines[at].next;
  };
  walk(lines.size());
  const auto start = std::chrono::steady_clock::now();
  walk(kSteps);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  // `at` is printed so that the walk cannot be left out.
  std::cout << nlohmann::json{{"random_access_ns", took.count() / kSteps},
                              {"bytes", kBytes},
                              {"ended_at", at}}
                   .dump()
            << '\n';
}

#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

/// What a process's memory has done, from samples that lie equally far apart.
struct MemoryCourse {
  std::int64_t first_third = 0;  ///< medians: memory that is briefly used must not count as growth
  std::int64_t last_third = 0;

  explicit MemoryCourse(std::span<const std::int64_t> samples) {
    const std::size_t third = std::max<std::size_t>(samples.size() / 3, 1);
    first_third = median(samples.first(std::min(third, samples.size())));
    last_third = median(samples.last(std::min(third, samples.size())));
  }
  [[nodiscard]] std::int64_t growth() const noexcept { return last_third - first_third; }
  [[nodiscard]] double growth_part() const noexcept {
    return first_third > 0 ? static_cast<double>(growth()) / static_cast<double>(first_third) : 0.0;
  }

 private:
  static std::int64_t median(std::span<const std::int64_t> samples) {
    if (samples.empty()) return 0;
    std::vector<std::int64_t> sorted(samples.begin(), samples.end());
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
};

}  // namespace bench

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace strandline::detail {

/// A metric of Parallel Consumer or Decaton that ours has no counterpart for, and why.
struct WithoutCounterpart {
  std::string_view name;
  std::string_view why;
};

[[nodiscard]] std::span<const WithoutCounterpart> without_counterpart() noexcept;

/// docs/METRICS.md as the table of metrics has it.
[[nodiscard]] std::string metrics_document();

}  // namespace strandline::detail

#pragma once

#include <strandline/outcome.h>

namespace strandline::detail {

/// The failure that a Completion reports when it is dropped without an answer.
[[nodiscard]] Failure abandonment() noexcept;
/// Tells it from every failure an application can report: by an error category nobody else can
/// name.
[[nodiscard]] bool is_abandonment(const Failure& failure) noexcept;

}  // namespace strandline::detail

#pragma once

#include <strandline/outcome.h>

#include <exception>

namespace strandline::detail {

/// What an exception tells: its text, its error code when it has one, and the exception itself for
/// the classifier. Anything may be thrown; what is no std::exception gets a text that says so.
[[nodiscard]] Failure failure_of(std::exception_ptr exception) noexcept;

}  // namespace strandline::detail

#pragma once

#include <strandline/error.h>

#if __has_include(<expected>) && __cplusplus > 202002L
#include <expected>
namespace strandline {
/// A value or the error that stands in its place.
template <class T>
using Result = std::expected<T, Error>;
using Unexpected = std::unexpected<Error>;
}  // namespace strandline
#else
#include <tl/expected.hpp>
namespace strandline {
/// A value or the error that stands in its place. `std::expected`'s spelling, for compilers without
/// it.
template <class T>
using Result = tl::expected<T, Error>;
using Unexpected = tl::unexpected<Error>;
}  // namespace strandline
#endif

namespace strandline {

[[nodiscard]] inline Unexpected fail(ErrorCode code, std::string message) {
  return Unexpected(Error{code, std::move(message)});
}

}  // namespace strandline

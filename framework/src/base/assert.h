#pragma once

namespace strandline::detail {

/// Says what is broken and where, and aborts: going on with broken books would lose records
/// silently, while a restart replays from the last commit.
[[noreturn]] void assertion_failed(const char* text, const char* file, int line) noexcept;

}  // namespace strandline::detail

/// An invariant of ours, checked in every build: for checks that cost a compare and are not per
/// record. `text` says what must hold, in words.
#define STRANDLINE_ASSERT(condition, text)                              \
  do {                                                                  \
    if (!(condition)) [[unlikely]] {                                    \
      ::strandline::detail::assertion_failed(text, __FILE__, __LINE__); \
    }                                                                   \
  } while (false)

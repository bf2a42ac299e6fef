#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace strandline::detail {

void assertion_failed(const char* text, const char* file, int line) noexcept {
  // Not through the log: its sink is the application's, and may wait for what this thread holds.
  std::fprintf(stderr, "strandline: broken invariant: %s (%s:%d)\n", text, file, line);
  std::abort();
}

}  // namespace strandline::detail

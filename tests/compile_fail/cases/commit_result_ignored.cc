// Only the broker's answer makes a position committed, so it must be looked at.
// expect: ignoring return value
#include <strandline/context.h>

#pragma GCC diagnostic error "-Wunused-result"

void checkpoint(strandline::Context& context) {
#ifdef MISUSE
  context.commit();
#else
  if (!context.commit()) throw std::runtime_error("not committed");
#endif
}

// A task is lazy: one that is not awaited never runs.
// expect: ignoring returned value
#include <strandline/task.h>

#pragma GCC diagnostic error "-Wunused-result"

strandline::Task<void> step();

strandline::Task<void> all() {
#ifdef MISUSE
  step();
  co_return;
#else
  co_await step();
#endif
}

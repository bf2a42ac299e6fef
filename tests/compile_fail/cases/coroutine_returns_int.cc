// A coroutine handler ends in an Outcome or in nothing.
// expect: strandline: not a handler
#include <strandline/consumer.h>

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  consumer.run([](const strandline::Record&) -> strandline::Task<int> { co_return 1; });
#else
  consumer.run([](const strandline::Record&) -> strandline::Task<strandline::Outcome> {
    co_return strandline::Outcome::done;
  });
#endif
}

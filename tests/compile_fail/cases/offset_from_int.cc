// A count is not a position: an offset is made on purpose.
// expect: cannot convert
#include <strandline/batch.h>

#include <cstdint>

strandline::BatchOutcome through(std::int64_t number) {
#ifdef MISUSE
  return strandline::BatchOutcome::done_through(number);
#else
  return strandline::BatchOutcome::done_through(strandline::Offset{number});
#endif
}

// A record is a view; by value it would be a copy that outlives nothing it points to.
// expect: strandline: not a handler
#include <strandline/consumer.h>

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  consumer.run([](strandline::Record) {});
#else
  consumer.run([](const strandline::Record&) {});
#endif
}

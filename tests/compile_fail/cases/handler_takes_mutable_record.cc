// Records are not the handler's to change: the same one is handed out again for a retry.
// expect: strandline: not a handler
#include <strandline/consumer.h>

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  consumer.run([](strandline::Record&) {});
#else
  consumer.run([](const strandline::Record&) {});
#endif
}

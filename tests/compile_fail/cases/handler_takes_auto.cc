// With `auto` any form would fit, so the one that is meant cannot be told.
// expect: with `auto` the form cannot be told
#include <strandline/consumer.h>

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  consumer.run([](const auto&) {});
#else
  consumer.run([](const strandline::Record&) {});
#endif
}

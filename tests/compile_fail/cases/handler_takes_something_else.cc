// The parameter is none of those that the framework can give.
// expect: strandline: not a handler
#include <strandline/consumer.h>

#include <string>

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  consumer.run([](const std::string&) {});
#else
  consumer.run([](const strandline::Batch&) {});
#endif
}

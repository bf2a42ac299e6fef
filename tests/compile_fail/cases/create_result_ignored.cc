// A consumer that could not be made is an error in the result, and nowhere else.
// expect: ignoring return value
#include <strandline/consumer.h>

#pragma GCC diagnostic error "-Wunused-result"

void start(strandline::ConsumerConfig config) {
#ifdef MISUSE
  strandline::Consumer::create(std::move(config));
#else
  auto consumer = strandline::Consumer::create(std::move(config));
  if (consumer) consumer->request_stop();
#endif
}

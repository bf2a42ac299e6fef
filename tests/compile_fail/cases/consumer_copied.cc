// Two consumers with one group membership.
// expect: use of deleted function
#include <strandline/consumer.h>

#include <utility>

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  strandline::Consumer other = consumer;
#else
  strandline::Consumer other = std::move(consumer);
#endif
  other.request_stop();
}

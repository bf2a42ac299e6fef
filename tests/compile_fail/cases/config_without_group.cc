// A group id that the framework invented would read everything again after each start.
// expect: missing initializer for member
#include <strandline/config.h>

#pragma GCC diagnostic error "-Wmissing-field-initializers"

strandline::ConsumerConfig configure() {
#ifdef MISUSE
  return {.bootstrap_servers = "localhost:9092", .topics = {"orders"}};
#else
  return {.bootstrap_servers = "localhost:9092", .group_id = "billing", .topics = {"orders"}};
#endif
}

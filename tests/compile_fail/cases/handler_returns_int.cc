// What a handler's number would mean nobody could tell: it returns void or an Outcome.
// expect: strandline: not a handler
#include <strandline/consumer.h>

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  consumer.run([](const strandline::Record& record) { return record.value().empty() ? 1 : 0; });
#else
  consumer.run([](const strandline::Record& record) {
    return record.value().empty() ? strandline::Outcome::dead_letter : strandline::Outcome::done;
  });
#endif
}

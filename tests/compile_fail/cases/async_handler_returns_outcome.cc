// With a completion the answer comes through it; a return value would be a second, earlier one.
// expect: strandline: not a handler
#include <strandline/consumer.h>

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  consumer.run(
      [](const strandline::Record&, strandline::Completion) { return strandline::Outcome::done; });
#else
  consumer.run([](const strandline::Record&, strandline::Completion completion) {
    std::move(completion).done();
  });
#endif
}

// A callable for records and for batches: which one should be called is anybody's guess.
// expect: strandline: ambiguous handler
#include <strandline/consumer.h>

struct Both {
  void operator()(const strandline::Record&) const {}
#ifdef MISUSE
  void operator()(const strandline::Batch&) const {}
#endif
};

void start(strandline::Consumer& consumer) { consumer.run(Both{}); }

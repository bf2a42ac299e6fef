// run borrows a handler object, and this one would be gone before the first record.
// expect: no matching function for call
#include <strandline/consumer.h>

struct Mine : strandline::Handler {
  strandline::Outcome handle(const strandline::Record&, strandline::Context&) override {
    return strandline::Outcome::done;
  }
};

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  consumer.run(Mine{});
#else
  Mine mine;
  consumer.run(mine);
#endif
}

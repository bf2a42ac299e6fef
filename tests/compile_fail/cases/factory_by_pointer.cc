// Who would delete it? A factory's product comes in a unique_ptr.
// expect: strandline: not a handler
#include <strandline/consumer.h>

#include <memory>

struct Mine : strandline::Handler {
  strandline::Outcome handle(const strandline::Record&, strandline::Context&) override {
    return strandline::Outcome::done;
  }
};

void start(strandline::Consumer& consumer) {
#ifdef MISUSE
  consumer.run([](const strandline::StrandInfo&) { return new Mine; });
#else
  consumer.run([](const strandline::StrandInfo&) { return std::make_unique<Mine>(); });
#endif
}

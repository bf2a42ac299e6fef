// A factory makes handlers.
// expect: derive from exactly one of Handler, BatchHandler, AsyncHandler
#include <strandline/consumer.h>

#include <memory>

#ifdef MISUSE
struct Mine {
#else
struct Mine : strandline::Handler {
#endif
  virtual strandline::Outcome handle(const strandline::Record&, strandline::Context&) {
    return strandline::Outcome::done;
  }
};

void start(strandline::Consumer& consumer) {
  consumer.run([](const strandline::StrandInfo&) { return std::make_unique<Mine>(); });
}

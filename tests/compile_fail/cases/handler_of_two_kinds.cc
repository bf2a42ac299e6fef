// One object that is a handler of records and of batches: run cannot choose for its author.
// expect: derive from exactly one of Handler, BatchHandler, AsyncHandler
#include <strandline/consumer.h>

#include <memory>

#ifdef MISUSE
struct Mine : strandline::Handler, strandline::BatchHandler {
  strandline::BatchOutcome handle(const strandline::Batch&, strandline::Context&) override {
    return strandline::BatchOutcome::done();
  }
#else
struct Mine : strandline::Handler {
#endif
  strandline::Outcome handle(const strandline::Record&, strandline::Context&) override {
    return strandline::Outcome::done;
  }
};

void start(strandline::Consumer& consumer) {
  consumer.run([](const strandline::StrandInfo&) { return std::make_unique<Mine>(); });
}

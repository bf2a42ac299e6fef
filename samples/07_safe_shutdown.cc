// Safe shutdown: a signal lets the handlers that run finish, commits, leaves the group and ends
// `run`; a second signal does not wait. What was queued and not begun goes back to the group. Other
// ways to the same end: `request_stop` from any thread, or a `std::stop_token` given to `run`. Here
// a signal comes in the middle of the work; then a second consumer does the rest: all is handled,
// and nothing twice. Subject 7; Kafka's `wakeup()` and `close()`.
//
//   build/release/samples/07_safe_shutdown --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <atomic>
#include <csignal>

#include "common/demo.h"

using namespace strandline;

namespace {

void print(const RunSummary& summary) {
  const InstanceStats total = summary.stats.total();
  fmt::print("state {}: {} processed, {} left running, {} given back unstarted\n",
             to_string(summary.stats.state), total.processed, summary.left_in_flight,
             summary.left_queued);
  for (const LeftRecord& left : summary.left) {
    fmt::print("  did not finish in time: {} offset {} after {} ms\n", to_string(left.partition),
               left.offset.value(), left.age.count());
  }
  if (summary.error) fmt::print("  ended by: {}\n", summary.error->message);
}

}  // namespace

int main(int argc, char** argv) {
  samples::Demo demo{
      argc, argv, "Stops in the middle of the work and loses nothing", {.records = 1000}};
  const ConsumerConfig config{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .group = demo.membership(),
      .shutdown = {.drain = Drain::running, .drain_timeout = 10s},
  };

  RunSummary interrupted;
  {
    Consumer consumer{config};
    SignalStop stop{consumer, {SIGINT, SIGTERM}};
    std::atomic<int> begun = 0;
    interrupted = consumer.run([&](const Record& record) {
      // In place of your Ctrl-C.
      if (demo.mock() && ++begun == 100) std::raise(SIGTERM);
      demo.handled(record);
    });
  }
  print(interrupted);
  if (!demo.mock()) return demo.finish(interrupted);
  demo.expect(interrupted.left_in_flight == 0, "handlers that run may finish");
  demo.expect(interrupted.stats.state == State::closed, "the consumer closes");

  Consumer successor{config};
  const RunSummary rest =
      successor.run([&](const Record& record) { demo.handled(record); }, demo.until_done());
  print(rest);
  return demo.finish({&interrupted, &rest});
}

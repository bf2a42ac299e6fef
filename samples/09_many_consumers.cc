// Many consumers in one process: `instances` members of the group, each with a connection and a
// poller thread of its own, all with the same workers. It takes more than one when a single poller
// thread (some hundred thousand records a second and up) is the limit; for slow handlers take more
// workers (08). Subject 7.
//
//   build/release/samples/09_many_consumers --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <algorithm>
#include <thread>

#include "common/demo.h"

using namespace strandline;

int main(int argc, char** argv) {
  samples::Demo demo{argc,
                     argv,
                     "Three consumers, one pool of workers",
                     {.partitions = 6, .records = 600, .produce_at_start = false}};

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      // Cooperative assignors take more rounds for three newcomers, and the numbers below would not
      // be the last ones.
      .group = demo.membership({.assignor = Assignor::range}),
      .workers = 2,
      .instances = 3,
  }};
  SignalStop stop{consumer};

  std::jthread producer{[&] {
    demo.wait_until(
        [&] {
          const Stats stats = consumer.stats();
          return stats.instances.size() == 3 &&
                 std::ranges::all_of(stats.instances, [](const InstanceStats& instance) {
                   return instance.partitions.size() == 2;
                 });
        },
        "the six partitions are divided among the three");
    demo.produce(600);
    demo.wait_until_committed();
    if (demo.mock()) consumer.request_stop();
  }};
  const RunSummary summary = consumer.run([&](const Record& record) { demo.handled(record); });

  for (const InstanceStats& instance : summary.stats.instances) {
    fmt::print("an instance has processed {} of {} records received\n", instance.processed,
               instance.polled);
    demo.expect(!demo.mock() || instance.processed > 0, "each instance has its share");
  }
  return demo.finish(summary);
}

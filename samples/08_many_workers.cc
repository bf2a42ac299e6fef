// Many workers behind one consumer: two partitions, and yet eight handlers at a time, because only
// records with the same key must wait for each other. `key_extractor` can order by something else
// than the record's key; `Ordering::none` orders nothing. Commits stay right all the same: the
// position of a partition waits for the slowest record. Subjects 7 and 9.
//
//   build/release/samples/08_many_workers --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include "common/concurrency.h"
#include "common/demo.h"

using namespace strandline;

int main(int argc, char** argv) {
  samples::Demo demo{argc,
                     argv,
                     "Two partitions, eight workers, ordered by key",
                     {.partitions = 2, .records = 400}};
  constexpr unsigned kWorkers = 8;
  samples::Concurrency concurrency;

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .order = Ordering::key,
      .workers = kWorkers,
  }};
  SignalStop stop{consumer};

  const RunSummary summary = consumer.run(
      [&](const Record& record) {
        // In place of work that waits for something, so that a thread each is what it takes.
        const auto working = concurrency.enter();
        if (demo.mock()) concurrency.wait_for(kWorkers);
        demo.handled(record);
      },
      demo.until_done());

  fmt::print("at most {} handlers at a time\n", concurrency.highest());
  demo.expect(!demo.mock() || concurrency.highest() == kWorkers, "all workers work at once");
  demo.expect(demo.keys_in_order(), "records of a key are handled in order");
  return demo.finish(summary);
}

// Simple consumer: a handler for each record; what it has finished is committed by itself, every
// second. This is Kafka's automatic commit (`enable.auto.commit`), but never ahead of the work: an
// offset is committed only after the handler of its record, and of all before it, has returned.
// Subjects 1, 2 and 5.
//
//   build/release/samples/01_simple_consumer --mock
//   build/release/samples/01_simple_consumer --bootstrap-servers localhost:9092 --topic orders

#include <fmt/core.h>
#include <strandline/strandline.h>

#include "common/demo.h"

using namespace strandline;

int main(int argc, char** argv) {
  samples::Demo demo{argc, argv, "Handles records; commits every second"};

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .offset_reset = OffsetReset::earliest,
      .commit = {.mode = CommitMode::periodic, .interval = 1s},
  }};
  SignalStop stop{consumer};  // Ctrl-C

  const RunSummary summary = consumer.run(
      [&](const Record& record) {
        fmt::print("{} key={} value={} at={} headers={}\n", to_string(record), record.key(),
                   record.value(), record.timestamp().since_epoch.count(), record.headers().size());
        demo.handled(record);
      },
      demo.until_done());

  return demo.finish(summary);
}

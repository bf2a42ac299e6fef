// Batch handler: a run of records of one partition, in order, in one call: what a bulk insert
// wants. The answer is `done`, `done_through` (04), or record by record: a failed one comes again
// after a while, the others of its batch do not. Subjects 1 and 9; Kafka's `poll()` loop over
// `max.poll.records`.
//
//   build/release/samples/12_batch_handler --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <atomic>

#include "common/demo.h"

using namespace strandline;

int main(int argc, char** argv) {
  samples::Demo demo{argc, argv, "Handles batches, with a result for each record"};
  std::atomic<int> failures = 0;

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .failure = {.attempts_max = 5, .backoff = {.initial = 10ms}},
      .fetch = {.batch_records_max = 50},
  }};
  SignalStop stop{consumer};

  const RunSummary summary = consumer.run(
      [&](const Batch& batch, Context& context) {
        fmt::print("{}: {} records from {} on, attempt {}, lag {}\n",
                   to_string(context.topic_partition()), batch.size(),
                   batch.front().offset().value(), context.attempt(), context.lag());
        BatchOutcome outcome = BatchOutcome::done();
        for (std::size_t i = 0; i < batch.size(); ++i) {
          // In place of a row that the database refuses at first.
          if (context.attempt() == 1 && batch[i].key() == "customer-7") {
            ++failures;
            outcome.fail(i, {"row is locked"});
          } else {
            demo.handled(batch[i]);
          }
        }
        return outcome;
      },
      demo.until_done());

  demo.expect(!demo.mock() || failures > 0, "some records fail at first");
  demo.expect(summary.stats.total().retries >= static_cast<std::uint64_t>(failures),
              "each failed record comes again");
  return demo.finish(summary);
}

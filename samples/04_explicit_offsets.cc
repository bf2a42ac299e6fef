// Commit of explicit offsets: a batch handler says how far it has come, `done_through(offset)`, and
// exactly that is committed: the offset after it, before the next batch begins. What lies beyond
// comes again at the front of the next batch. Here a store takes ten records at a time. The commit
// position can be held back like this, but never be moved past a record that is not finished: there
// is no call that could lose one. Subject 5; Kafka's `commitSync(Map<TopicPartition,
// OffsetAndMetadata>)`.
//
//   build/release/samples/04_explicit_offsets --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <span>
#include <utility>

#include "common/demo.h"

using namespace strandline;

int main(int argc, char** argv) {
  samples::Demo demo{argc, argv, "Commits the offsets the handler names"};
  constexpr std::size_t kStoreTakes = 10;
  std::mutex mutex;
  std::set<std::pair<TopicPartition, Offset>> named;  // what the handler said may be committed

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .commit = {.mode = CommitMode::per_batch,
                 .on_commit =
                     [&](std::span<const CommitAnswer> answers) {
                       const std::scoped_lock lock{mutex};
                       for (const CommitAnswer& answer : answers) {
                         fmt::print("{} committed at {}\n", to_string(answer.partition),
                                    answer.offset.value());
                         demo.expect(named.contains({answer.partition, answer.offset}),
                                     "only offsets the handler has named are committed");
                       }
                     }},
  }};
  SignalStop stop{consumer};

  const RunSummary summary = consumer.run(
      [&](const Batch& batch, Context& context) {
        const std::size_t stored = std::min(batch.size(), kStoreTakes);
        for (std::size_t i = 0; i < stored; ++i) demo.handled(batch[i]);
        const Offset through = batch[stored - 1].offset();
        const std::scoped_lock lock{mutex};
        named.emplace(context.topic_partition(), through.next());
        return BatchOutcome::done_through(through);
      },
      demo.until_done());

  return demo.finish(summary);
}

// Asynchronous commit with its result: `Context::commit_async` asks for a commit and goes on at
// once; the answer comes later, exactly once, on the poller thread. `CommitConfig::on_commit` is
// told the answer to every commit there is, also to the final ones at revoke and stop. Subject 5;
// Kafka's `commitAsync(callback)`.
//
//   build/release/samples/03_async_commit --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <atomic>
#include <span>

#include "common/demo.h"

using namespace strandline;

int main(int argc, char** argv) {
  samples::Demo demo{argc, argv, "Commits every tenth record and does not wait"};
  constexpr std::int64_t kEvery = 10;
  std::atomic<int> asked = 0;
  std::atomic<int> answered = 0;

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .commit = {.mode = CommitMode::manual,
                 .on_commit =
                     [](std::span<const CommitAnswer> answers) {
                       for (const CommitAnswer& answer : answers) {
                         fmt::print("{} is committed at {}: {}\n", to_string(answer.partition),
                                    answer.offset.value(),
                                    answer.error ? answer.error->message : "ok");
                       }
                     }},
  }};
  SignalStop stop{consumer};

  const RunSummary summary = consumer.run(
      [&](const Record& record, Context& context) {
        demo.handled(record);
        if (record.offset().value() % kEvery != 0) return;
        ++asked;
        // The record is gone when the answer comes: take along what it needs.
        context.commit_async([&, at = record.offset()](const Result<Offset>& committed) {
          ++answered;
          // It may be further than `at`: others may have finished and been committed meanwhile.
          demo.expect(committed && *committed > at, "the broker confirms the commit");
        });
      },
      demo.until_done());

  fmt::print("asked for {} commits, {} answered\n", asked.load(), answered.load());
  demo.expect(asked > 0 || !demo.mock(), "there is something to commit");
  demo.expect(asked == answered, "each commit is answered once");
  return demo.finish(summary);
}

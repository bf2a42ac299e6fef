// A client that calls back: many libraries (HTTP, databases, RPC) take a request and a function for
// its answer, and call that from a thread of theirs. The handler passes its `Completion` along and
// returns at once; the record counts as finished when the completion is answered, from whatever
// thread. Answers come here in another order than the requests; the commit position still never
// passes a record whose answer is missing. Subject 9.
//
//   build/release/samples/16_callback_client --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "common/callback_client.h"
#include "common/demo.h"

using namespace strandline;

int main(int argc, char** argv) {
  samples::Demo demo{argc, argv, "A client that calls back", {.records = 1000}};
  std::atomic<int> busy{0};

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .order = Ordering::none,
      .failure = {.attempts_max = 3, .backoff = {.initial = 5ms}},
      .workers = 2,
      .async_max = 64,
  }};
  SignalStop stop{consumer};
  // Behind the consumer, so that it is gone, with its threads, before the consumer is.
  samples::CallbackClient client;

  const RunSummary summary = consumer.run(
      [&](const Record& record, Completion completion) {
        // std::function wants a copyable function, a completion is answered once: so it is shared.
        auto answer = std::make_shared<Completion>(std::move(completion));
        client.store(std::string{record.value()}, [&demo, &busy, answer](bool stored) {
          if (!stored) {
            busy.fetch_add(1);
            // The failure policy tries it again, 5 ms later, without a thread that waits.
            std::move(*answer).retry("the server is busy");
            return;
          }
          demo.handled(answer->record());
          std::move(*answer).done();
        });
      },
      demo.until_done());

  fmt::print("up to {} requests at a time, {} answered too early and asked again\n",
             client.most_at_once(), busy.load());
  demo.expect(!demo.mock() || client.most_at_once() > 2, "more requests under way than workers");
  demo.expect(client.most_at_once() <= 64, "but no more than async_max");
  demo.expect(!demo.mock() || busy.load() > 0, "a refused request is asked again");
  return demo.finish(summary);
}

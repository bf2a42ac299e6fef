// Coroutine enrichment: each record needs an answer from somewhere else, and no thread waits for
// it. Two workers keep up to a hundred look-ups in the air (`async_max`); records of one customer
// still go one after the other, and the commit position waits for every answer. With a library that
// calls back instead, take the form of sample 16. Subject 9.
//
//   build/release/samples/15_coroutine_enrichment --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <string>

#include "common/concurrency.h"
#include "common/demo.h"

using namespace strandline;

namespace {

/// In place of a question to a server. Awaiting tasks of one's own is what a coroutine is for.
Task<std::string> look_up(std::string customer, Context& context) {
  co_await context.sleep(20ms);
  co_return "address of " + customer;
}

Task<Outcome> enrich(const Record& record, Context& context, samples::Demo& demo,
                     samples::Concurrency& concurrency) {
  const auto looking_up = concurrency.enter();
  const std::string address = co_await look_up(std::string{record.key()}, context);
  if (address.empty()) co_return context.fail("no such customer");
  demo.handled(record);
  co_return Outcome::done;
}

}  // namespace

int main(int argc, char** argv) {
  const auto record = [](int number) {
    return testing::ProducedRecord{.key = fmt::format("customer-{}", number % 100),
                                   .value = std::to_string(number)};
  };
  samples::Demo demo{
      argc, argv, "Look-ups without waiting threads", {.records = 1000, .record = record}};
  samples::Concurrency concurrency;

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .order = Ordering::key,
      .workers = 2,
      .async_max = 100,
  }};
  SignalStop stop{consumer};

  // The lambda is no coroutine itself: its captures would not live as long as the frame.
  const RunSummary summary = consumer.run(
      [&](const Record& one, Context& context) { return enrich(one, context, demo, concurrency); },
      demo.until_done());

  fmt::print("up to {} look-ups at a time on 2 workers\n", concurrency.highest());
  demo.expect(!demo.mock() || concurrency.highest() > 10, "many look-ups are in the air");
  demo.expect(concurrency.highest() <= 100, "but no more than async_max");
  demo.expect(demo.keys_in_order(), "records of a customer are handled in order");
  return demo.finish(summary);
}

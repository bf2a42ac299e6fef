// Dead letters: what is to become of records that fail. Here a payment whose amount is no number
// goes to the dead-letter topic at once, a bank that does not answer is asked again, up to five
// times; the order of the partition is kept meanwhile, no thread waits, and the commit waits for
// the broker to have the letter. A second consumer reads the letters: the record as it was, and in
// its headers where it comes from and why it failed. Alternatives when attempts are used up: `stop`
// (default), `drop`, `park`. Subject 9.
//
//   build/release/samples/14_dead_letters --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "common/demo.h"

using namespace strandline;

namespace {

FailurePolicy policy(const std::string& dead_letter_topic) {
  return {
      .attempts_max = 5,
      .backoff = {.initial = 20ms, .max = 1s},
      // More attempts do not make a number of it.
      .classify = FailureClassifier{Verdict::retry}.on<std::invalid_argument>(Verdict::exhausted),
      .exhausted = Exhausted::dead_letter,
      .dead_letter_topic = dead_letter_topic};
}

Outcome pay(const Record& record, Context& context) {
  const int amount = std::stoi(std::string{record.value()});  // throws invalid_argument
  if (amount % 10 == 7 && context.attempt() < 3) {
    return context.fail("the bank does not answer", make_error_code(std::errc::timed_out));
  }
  return Outcome::done;
}

std::string header(const Record& record, std::string_view name) {
  const auto found = record.headers().last(name);
  return found && found->value ? std::string{*found->value} : std::string{};
}

void read_letter(const Record& letter, samples::Demo& demo) {
  fmt::print("{} failed after {} attempts: {}\n", letter.value(),
             header(letter, dead_letter_header::kAttempts),
             header(letter, dead_letter_header::kReason));
  const int partition = std::stoi(header(letter, dead_letter_header::kPartition));
  demo.handled({header(letter, dead_letter_header::kTopic), PartitionId{partition}},
               Offset{std::stoll(header(letter, dead_letter_header::kOffset))});
}

}  // namespace

int main(int argc, char** argv) {
  const auto payment = [](int number) {
    return testing::ProducedRecord{.key = fmt::format("customer-{}", number % 10),
                                   .value = number % 10 == 3 ? "ten" : std::to_string(number)};
  };
  samples::Demo demo{argc,
                     argv,
                     "Sends to the dead-letter topic what cannot be handled",
                     {.topic = "payments", .record = payment}};
  const std::string dead = demo.topic() + ".dead";
  if (demo.mock()) demo.cluster().create_topic(dead, 1);

  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .topics = {demo.topic()},
      .failure = policy(dead),
  }};
  Consumer reader{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group() + ".dead",
      .topics = {dead},
  }};
  SignalStop stop{consumer};

  RunSummary letters;
  std::jthread reading{[&] {
    letters =
        reader.run([&](const Record& letter) { read_letter(letter, demo); }, demo.until_done());
  }};
  const RunSummary summary = consumer.run(
      [&](const Record& record, Context& context) {
        const Outcome outcome = pay(record, context);
        if (outcome == Outcome::done) demo.handled(record);
        return outcome;
      },
      demo.until_done());
  reader.request_stop();
  reading.join();

  const InstanceStats total = summary.stats.total();
  fmt::print("{} processed, {} attempts failed, {} dead-lettered\n", total.processed, total.failed,
             total.dead_lettered);
  demo.expect(!demo.mock() || total.dead_lettered == 10, "each payment of 'ten' is a dead letter");
  demo.expect(!demo.mock() || total.retries == 20,
              "each unanswered payment takes two more attempts");
  return demo.finish({&summary, &letters});
}

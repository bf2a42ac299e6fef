// Exact partitions: this consumer reads the partitions it is told to, each from where it is told
// to, with no group dividing them up: "consumers by partition". Its commits still go to the group's
// name, and `StartOffset::committed()`, the default, goes on from there. Subjects 1 and 7; Kafka's
// `assign()` with `seek()`, `seekToBeginning`, `seekToEnd`, `offsetsForTimes`.
//
//   build/release/samples/06_exact_partitions --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "common/demo.h"

using namespace strandline;

int main(int argc, char** argv) {
  const auto record = [](int number) {
    testing::ProducedRecord order = samples::order(number);
    order.partition = number % 4;
    return order;
  };
  samples::Demo demo{argc,
                     argv,
                     "Reads four partitions, each from somewhere else",
                     {.records = 120, .record = record, .produce_at_start = false}};
  demo.produce(100);  // 25 in each partition
  demo.expect_from(1, Offset{25});
  demo.expect_from(2, Offset{10});
  demo.expect_from(3, Offset{25});

  const auto partition = [&](int number) {
    return TopicPartition{demo.topic(), PartitionId{number}};
  };
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  Consumer consumer{{
      .bootstrap_servers = demo.bootstrap_servers(),
      .group_id = demo.group(),
      .assignment = {{partition(0), StartOffset::beginning()},
                     {partition(1), StartOffset::end()},
                     {partition(2), StartOffset::at(Offset{10})},
                     // The first record that is as new: none yet, so it is the end here.
                     {partition(3), StartOffset::at(now)}},
  }};
  SignalStop stop{consumer};

  std::jthread later{[&] {
    demo.wait_until(
        [&] {
          const auto partitions = consumer.stats().total().partitions;
          return partitions.size() == 4 &&
                 std::ranges::all_of(partitions, [](const PartitionStats& one) {
                   return one.high_watermark.is_valid();
                 });
        },
        "all partitions are read from");
    demo.produce(20);  // 5 in each: the first that partitions 1 and 3 see
  }};
  const RunSummary summary = consumer.run(
      [&](const Record& one) {
        fmt::print("{} {}\n", to_string(one), one.value());
        demo.handled(one);
      },
      demo.until_done());

  return demo.finish(summary);
}

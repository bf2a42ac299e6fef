// Rebalance listener: what a consumer is told when partitions come and go. A first consumer has all
// partitions, a second one joins and takes over half of them, and leaves again. Nothing is handled
// twice on the way: what is taken away is drained and committed first.
// `on_lost` is not `on_revoked`: the partition belongs to somebody else already, nothing is
// committed. Subject 3; Kafka's `ConsumerRebalanceListener`.
//
//   build/release/samples/05_rebalance_listener --mock

#include <fmt/core.h>
#include <strandline/strandline.h>

#include <atomic>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include "common/demo.h"

using namespace strandline;

/// Keeps count of what it owns. Called on the poller's thread, read from others: hence atomic.
class Counting : public RebalanceListener {
 public:
  explicit Counting(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] std::size_t owned() const { return owned_; }

  void on_assigned(std::span<const TopicPartition> partitions) override {
    owned_ += tell("is assigned", partitions);
  }
  void on_revoked(std::span<const TopicPartition> partitions) override {
    owned_ -= tell("gives back", partitions);
  }
  void on_released(std::span<const ReleasedPartition> partitions) override {
    for (const ReleasedPartition& one : partitions) {
      if (!one.committed.is_valid()) continue;
      fmt::print("{} has committed {} up to {}{}\n", name_, to_string(one.partition),
                 one.committed.value(), one.error ? ", not all: " + one.error->message : "");
    }
  }
  void on_lost(std::span<const TopicPartition> partitions) override {
    owned_ -= tell("has lost", partitions);
  }

 private:
  std::size_t tell(std::string_view what, std::span<const TopicPartition> partitions) const {
    for (const TopicPartition& one : partitions) {
      fmt::print("{} {} {}\n", name_, what, to_string(one));
    }
    return partitions.size();
  }

  std::string name_;
  std::atomic<std::size_t> owned_{0};
};

int main(int argc, char** argv) {
  samples::Demo demo{argc, argv, "Two consumers; partitions move", {.produce_at_start = false}};
  Counting here{"first "};
  Counting there{"second"};
  const auto config = [&](RebalanceListener& listener) {
    return ConsumerConfig{.bootstrap_servers = demo.bootstrap_servers(),
                          .group_id = demo.group(),
                          .topics = {demo.topic()},
                          .group = demo.membership({.assignor = Assignor::cooperative_sticky}),
                          .rebalance = {.drain_timeout = 5s},
                          .listener = &listener};
  };
  const auto handle = [&](const Record& record) { demo.handled(record); };
  Consumer first{config(here)};
  Consumer second{config(there)};
  SignalStop stop{first};

  RunSummary second_summary;
  std::jthread tour{[&] {
    demo.wait_until([&] { return here.owned() == 4; }, "the first consumer gets all partitions");
    std::jthread guest{[&] { second_summary = second.run(handle, demo.until_done()); }};
    demo.wait_until([&] { return here.owned() == 2 && there.owned() == 2; }, "they share");
    demo.produce(50);
    demo.wait_until([&] { return demo.handled_count() == 50; }, "both handle records");
    if (demo.mock()) second.request_stop();
    demo.wait_until([&] { return here.owned() == 4; }, "the first consumer gets all back");
    demo.produce(50);
  }};
  const RunSummary first_summary = first.run(handle, demo.until_done());
  second.request_stop();
  tour.join();

  return demo.finish({&first_summary, &second_summary});
}

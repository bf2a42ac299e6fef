// From the moment before produce to the first line of the handler, at a fixed rate, all in one
// process and on one clock. The raw poll loop and the framework read the same records at the same
// time, each as a group of its own: what the producer, the broker and the disk did to a record they
// did to both, so the difference is what the framework adds.

#include "common/report.h"
#include "common/topics.h"
#include "latency/load.h"
#include "latency/receivers.h"

#include <CLI/CLI.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace {

using bench::Load;
using bench::LoadOptions;
using bench::Options;
using bench::Samples;

double quantile_us(const std::vector<std::int64_t>& sorted, double quantile) {
  if (sorted.empty()) return 0.0;
  const auto index = static_cast<std::size_t>(quantile * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[index]) / 1000.0;
}

using Receive = void (*)(const Options&, Samples&, const std::function<bool()>& done);

struct Receiver {
  std::string arm;
  Receive receive;
  std::unique_ptr<Samples> samples;
};

std::vector<Receiver> receivers_of(const std::string& arms, std::size_t expected) {
  std::vector<Receiver> receivers;
  if (arms != "strandline") receivers.push_back({"raw_poll", bench::receive_raw, {}});
  if (arms != "raw_poll") receivers.push_back({"strandline", bench::receive_strandline, {}});
  for (Receiver& receiver : receivers) receiver.samples = std::make_unique<Samples>(expected);
  return receivers;
}

nlohmann::json figures_of(const Samples& samples, const Load& load) {
  const std::vector<std::int64_t> sorted = samples.sorted();
  return {{"p50_us", quantile_us(sorted, 0.50)},
          {"p99_us", quantile_us(sorted, 0.99)},
          {"p99_9_us", quantile_us(sorted, 0.999)},
          {"max_us", quantile_us(sorted, 1.0)},
          {"saw_all", samples.received() == load.sent() && sorted.size() == load.sent_measured()}};
}

int print(const Options& options, const LoadOptions& load_options, const Load& load,
          const std::vector<Receiver>& receivers) {
  nlohmann::json line{{"rate", load_options.rate},          {"achieved_rate", load.achieved_rate()},
                      {"size", load_options.size},          {"partitions", options.partitions},
                      {"concurrency", options.concurrency}, {"linger_ms", load_options.linger_ms},
                      {"samples", load.sent_measured()},    {"allocator", bench::allocator_name()},
                      {"settings", options.settings}};
  bool complete = true;
  for (const Receiver& receiver : receivers) {
    line["arms"][receiver.arm] = figures_of(*receiver.samples, load);
    complete = complete && line["arms"][receiver.arm]["saw_all"];
  }
  std::cout << line.dump() << std::endl;
  return complete ? 0 : 1;
}

int measure(Options options, LoadOptions load_options) {
  using Clock = std::chrono::steady_clock;
  const bench::TemporaryTopic topic(options.bootstrap_servers, options.partitions);
  options.topic = load_options.topic = topic.name();
  load_options.partitions = options.partitions;
  const double expected =
      load_options.rate * std::chrono::duration<double>(load_options.duration).count();
  const std::vector<Receiver> receivers =
      receivers_of(options.arm, static_cast<std::size_t>(expected * 1.1) + 1000);
  Load load(load_options);
  const Clock::time_point deadline = Clock::now() + load_options.warm_up + load_options.duration +
                                     std::chrono::seconds(options.timeout_s);
  std::atomic<bool> all_sent{false};
  std::jthread waiter([&] {
    load.wait();
    all_sent = true;
  });
  {
    std::vector<std::jthread> threads;
    threads.reserve(receivers.size());
    for (const Receiver& receiver : receivers) {
      threads.emplace_back([&] {
        receiver.receive(options, *receiver.samples, [&] {
          // What was sent is known for good only when the sender has ended.
          return (all_sent && receiver.samples->received() >= load.sent()) ||
                 Clock::now() >= deadline;
        });
      });
    }
  }
  waiter.join();
  return print(options, load_options, load, receivers);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.timeout_s = 30;
  LoadOptions load;
  std::int64_t seconds = 10;
  std::int64_t warm_up_seconds = 3;
  std::vector<std::string> settings;
  options.arm = "both";
  CLI::App app{"Latency at a fixed rate, as one line of JSON"};
  app.add_option("--arm", options.arm, "who receives")
      ->check(CLI::IsMember({"both", "raw_poll", "strandline"}));
  app.add_option("--bootstrap-servers", options.bootstrap_servers, "host:port")->required();
  app.add_option("--rate", load.rate, "records a second")->required()->check(CLI::PositiveNumber);
  app.add_option("--seconds", seconds, "measured")->check(CLI::PositiveNumber);
  app.add_option("--warm-up-s", warm_up_seconds, "before; the consumer joins its group in it");
  app.add_option("--size", load.size, "bytes of a value");
  app.add_option("--partitions", options.partitions, "of the topic");
  app.add_option("--concurrency", options.concurrency, "workers");
  app.add_option("--linger-ms", load.linger_ms, "of the producer");
  app.add_option("--timeout-s", options.timeout_s, "to wait for the last records");
  app.add_option("--option", settings, "name=value, as for the arms")->allow_extra_args(false);
  CLI11_PARSE(app, argc, argv);
  return bench::guarded_main([&] {
    bench::add_settings(options, settings);
    load.bootstrap_servers = options.bootstrap_servers;
    load.warm_up = std::chrono::seconds(warm_up_seconds);
    load.duration = std::chrono::seconds(seconds);
    return measure(options, load);
  });
}

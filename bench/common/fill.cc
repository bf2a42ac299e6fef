// bench_fill: creates a topic and fills it, the same for the same seed; prints one line of JSON.

#include "common/filler.h"
#include "common/report.h"
#include "common/topics.h"

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

namespace {

/// "uniform", or "zipf:S".
double exponent_of(const std::string& distribution) {
  if (distribution == "uniform") return 0.0;
  if (!distribution.starts_with("zipf:")) {
    throw std::runtime_error("--key-distribution " + distribution + ": uniform or zipf:S");
  }
  return std::stod(distribution.substr(5));
}

int fill(const bench::FillOptions& options, std::int32_t partitions) {
  bench::create_topic(options.bootstrap_servers, options.topic, partitions);
  const auto start = std::chrono::steady_clock::now();
  bench::fill_topic(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const nlohmann::json line{{"records", options.records}, {"seconds", took.count()}};
  std::cout << line.dump() << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  bench::FillOptions options;
  std::int32_t partitions = 12;
  std::string distribution = "uniform";
  CLI::App app{"Creates a topic, fills it and prints one line of JSON"};
  app.add_option("--bootstrap-servers", options.bootstrap_servers, "host:port")->required();
  app.add_option("--topic", options.topic, "a name that is free")->required();
  app.add_option("--partitions", partitions, "of the topic")->check(CLI::PositiveNumber);
  app.add_option("--records", options.records, "how many")->required();
  app.add_option("--size", options.size, "bytes of a value");
  app.add_option("--compression", options.compression, "of batches")
      ->check(CLI::IsMember({"none", "lz4"}));
  app.add_option("--keys", options.keys, "different ones")->check(CLI::PositiveNumber);
  app.add_option("--key-distribution", distribution, "uniform, or zipf:S");
  app.add_option("--seed", options.seed, "the same seed fills alike");
  CLI11_PARSE(app, argc, argv);
  return bench::guarded_main([&] {
    options.zipf = exponent_of(distribution);
    return fill(options, partitions);
  });
}

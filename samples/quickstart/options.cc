#include "options.h"

#include <CLI/CLI.hpp>

namespace quickstart {

Parsed parse_options(int argc, char** argv) {
  Parsed parsed;
  Options& options = parsed.options;
  std::string order = "key";
  CLI::App app{
      "Runs a stream of orders through a group of strandline consumers and checks every one"};
  app.add_option("--records", options.records, "orders to produce")
      ->check(CLI::Range(std::uint64_t{1'000}, std::uint64_t{1'000'000'000}))
      ->capture_default_str();
  app.add_option("--bootstrap-servers", options.bootstrap_servers,
                 "a real Kafka cluster, host:port[,...]; default: librdkafka's mock cluster");
  app.add_option("--report", options.report_file, "write the closing table as JSON to this file");
  app.add_option("--order", order, "what the consumers keep in order")
      ->check(CLI::IsMember({"key", "partition"}))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    parsed.exit_code = app.exit(stop);
  }
  options.order = order == "key" ? strandline::Ordering::key : strandline::Ordering::partition;
  return parsed;
}

}  // namespace quickstart

#include "common/options.h"

#include <CLI/CLI.hpp>

#include <random>
#include <vector>

namespace bench {

namespace {

void add_options(CLI::App& app, Options& o, std::vector<std::string>& settings) {
  app.add_option("--bootstrap-servers", o.bootstrap_servers, "host:port")->required();
  app.add_option("--topic", o.topic, "a filled topic")->required();
  app.add_option("--records", o.records, "how many are in it")->required();
  app.add_option("--partitions", o.partitions, "how many it has")->check(CLI::PositiveNumber);
  app.add_option("--order", o.order, "which records wait for which")
      ->check(CLI::IsMember({"partition", "key", "none"}));
  app.add_option("--handler", o.handler, "what a handler is given")
      ->check(CLI::IsMember({"record", "batch"}));
  app.add_option("--work-us", o.work_us, "sleep-like work for each record, in µs")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--concurrency", o.concurrency, "threads, or records in flight when asynchronous")
      ->check(CLI::PositiveNumber);
  app.add_option("--mode", o.mode, "how the work is done: a thread sleeps, or none does")
      ->check(CLI::IsMember({"blocking", "async"}));
  app.add_option("--passes", o.passes, "times to read the topic; the last is reported")
      ->check(CLI::PositiveNumber);
  app.add_option("--timeout-s", o.timeout_s, "when to give up")->check(CLI::PositiveNumber);
  app.add_option("--option", settings, "name=value, a setting of this arm; repeatable")
      ->allow_extra_args(false);
}

}  // namespace

void add_settings(Options& options, const std::vector<std::string>& settings) {
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) throw CLI::ValidationError("--option", setting + ": no '='");
    options.settings[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
}

Options parse_options(int argc, char** argv, const std::string& arm) {
  Options options;
  options.arm = arm;
  std::vector<std::string> settings;
  CLI::App app{"An arm of the benchmark: reads one topic, prints one line of JSON"};
  add_options(app, options, settings);
  try {
    app.parse(argc, argv);
    add_settings(options, settings);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));  // NOLINT(concurrency-mt-unsafe): no other thread yet
  }
  return options;
}

std::string fresh_name() { return "bench-" + std::to_string(std::random_device{}()); }

}  // namespace bench

#include "scenarios/scenario.h"

#include "common/meter.h"

#include <iostream>

namespace bench {

CLI::App& add_scenario(CLI::App& app, const std::string& name, const std::string& about,
                       ScenarioOptions& o) {
  CLI::App& command = *app.add_subcommand(name, about);
  command.add_option("--bootstrap-servers", o.arm.bootstrap_servers, "host:port")->required();
  command.add_option("--partitions", o.arm.partitions, "of the topic")->check(CLI::PositiveNumber);
  command.add_option("--records", o.fill.records, "to fill it with")->check(CLI::PositiveNumber);
  command.add_option("--size", o.fill.size, "bytes of a value");
  command.add_option("--keys", o.fill.keys, "different ones")->check(CLI::PositiveNumber);
  command.add_option("--seed", o.fill.seed, "of the keys");
  command.add_option("--order", o.arm.order, "which records wait for which")
      ->check(CLI::IsMember({"partition", "key", "none"}));
  command.add_option("--work-us", o.arm.work_us, "sleep-like work for each record, in µs")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--concurrency", o.arm.concurrency, "workers; in flight when asynchronous")
      ->check(CLI::PositiveNumber);
  command.add_option("--mode", o.arm.mode, "how the work is done")
      ->check(CLI::IsMember({"blocking", "async"}));
  command.add_option("--timeout-s", o.arm.timeout_s, "when to give up");
  command.add_option("--option", o.settings, "name=value, as for the arms")
      ->allow_extra_args(false);
  return command;
}

FilledTopic::FilledTopic(ScenarioOptions& options)
    : topic_(options.arm.bootstrap_servers, options.arm.partitions) {
  add_settings(options.arm, options.settings);
  options.arm.topic = topic_.name();
  options.fill.topic = topic_.name();
  options.fill.bootstrap_servers = options.arm.bootstrap_servers;
  fill_topic(options.fill);
  extents_ = bench::extents(options.arm.bootstrap_servers, topic_.name(), options.arm.partitions);
}

int print_scenario(const std::string& name, const ScenarioOptions& options, nlohmann::json line) {
  line["scenario"] = name;
  line["records"] = options.fill.records;
  line["partitions"] = options.arm.partitions;
  line["order"] = options.arm.order;
  line["mode"] = options.arm.mode;
  line["work_us"] = options.arm.work_us;
  line["concurrency"] = options.arm.concurrency;
  line["allocator"] = allocator_name();
  line["settings"] = options.arm.settings;
  std::cout << line.dump() << std::endl;
  return line.value("saw_all", false) ? 0 : 1;
}

}  // namespace bench

#include "options.h"

#include "java_properties.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace verifiable {

using namespace strandline;

namespace {

void add_kafkas_options(CLI::App& app, Options& o) {
  app.add_option("--bootstrap-server,--broker-list", o.bootstrap_servers, "host:port[,...]")
      ->required();
  app.add_option("--topic", o.topic, "topic to consume")->required();
  app.add_option("--group-id", o.group_id, "consumer group")->required();
  app.add_option("--group-protocol", o.group_protocol, "classic or consumer")
      ->check(CLI::IsMember({"classic", "consumer"}, CLI::ignore_case));
  app.add_option("--group-remote-assignor", o.remote_assignor,
                 "range or uniform; protocol consumer only");
  app.add_option("--group-instance-id", o.instance_id, "static membership; None for none");
  app.add_option("--max-messages", o.records_max, "end after so many; -1: never");
  app.add_option("--session-timeout", o.session_timeout_ms, "in ms; protocol classic only");
  app.add_flag("--verbose", o.verbose, "an event for every record");
  app.add_flag("--enable-autocommit", o.autocommit, "commits are not told of");
  app.add_option("--reset-policy", o.reset_policy, "earliest, latest or none")
      ->check(CLI::IsMember({"earliest", "latest", "none"}));
  app.add_option("--assignment-strategy", o.assignment_strategy,
                 "Java class of the assignor; protocol classic only");
  app.add_option("--command-config,--consumer.config", o.config_file, "file of properties");
}

void add_our_options(CLI::App& app, Options& o) {
  app.add_option("--order", o.order, "partition, key or none")
      ->check(CLI::IsMember({"partition", "key", "none"}));
  app.add_option("--workers", o.workers, "threads that handle records; 0: one per core");
  app.add_option("--work-us", o.work_us, "how long a record takes")->check(CLI::NonNegativeNumber);
  app.add_option("--commit-interval-ms", o.commit_interval_ms, "time between commits");
  app.add_option("--drain-timeout-ms", o.drain_timeout_ms, "time to finish at revoke and stop");
  app.add_option("--drain", o.drain, "what a stop waits for: running or admitted")
      ->check(CLI::IsMember({"running", "admitted"}));
}

Assignor assignor_of(const std::string& strategies) {
  constexpr std::string_view kPackage = "org.apache.kafka.clients.consumer.";
  // With several, Kafka's tests roll a group from the later ones to the first.
  std::string name = strategies.substr(0, strategies.find(','));
  if (name.starts_with(kPackage)) name.erase(0, kPackage.size());
  if (name == "RangeAssignor") return Assignor::range;
  if (name == "RoundRobinAssignor") return Assignor::roundrobin;
  if (name == "CooperativeStickyAssignor") return Assignor::cooperative_sticky;
  throw std::runtime_error(
      "--assignment-strategy " + name +
      ": librdkafka has none like it; take RangeAssignor, RoundRobinAssignor or "
      "CooperativeStickyAssignor");
}

OffsetReset reset_of(const std::string& policy) {
  if (policy == "latest") return OffsetReset::latest;
  return policy == "none" ? OffsetReset::none : OffsetReset::earliest;
}

void set_group(const Options& options, GroupConfig& group) {
  if (CLI::detail::to_lower(options.group_protocol) == "consumer") {
    // The timers are the broker's then, wherever they were set.
    const GroupConfig untouched;
    group.session_timeout = untouched.session_timeout;
    group.heartbeat_interval = untouched.heartbeat_interval;
    group.protocol = GroupProtocol::consumer;
    group.remote_assignor = options.remote_assignor;
  } else {
    group.session_timeout = std::chrono::milliseconds(options.session_timeout_ms);
    group.heartbeat_interval = std::min(group.heartbeat_interval, group.session_timeout / 3);
    group.max_poll_interval = std::max(group.max_poll_interval, group.session_timeout);
    group.assignor = assignor_of(options.assignment_strategy);
  }
  if (!options.instance_id.empty() && options.instance_id != "None") {
    group.instance_id = options.instance_id;
  }
}

}  // namespace

Parsed parse_options(int argc, char** argv) {
  Parsed parsed;
  CLI::App app{"Kafka's VerifiableConsumer, on strandline: events as JSON on standard output",
               "verifiable_consumer"};
  add_kafkas_options(app, parsed.options);
  add_our_options(app, parsed.options);
  if (argc == 1) {
    std::cout << app.help();
    parsed.exit_code = 0;
    return parsed;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stop) {
    parsed.exit_code = app.exit(stop) == 0 ? 0 : 1;
  }
  return parsed;
}

ConsumerConfig to_config(const Options& options) {
  ConsumerConfig config{.bootstrap_servers = {}, .group_id = {}};
  if (!options.config_file.empty())
    apply_properties(read_java_properties(options.config_file), config);
  config.bootstrap_servers = options.bootstrap_servers;
  config.group_id = options.group_id;
  config.topics = {options.topic};
  config.offset_reset = reset_of(options.reset_policy);
  set_group(options, config.group);
  if (options.order == "key") config.order = Ordering::key;
  if (options.order == "none") config.order = Ordering::none;
  config.workers = options.workers;
  config.commit.interval = std::chrono::milliseconds(options.commit_interval_ms);
  config.rebalance.drain_timeout = std::chrono::milliseconds(options.drain_timeout_ms);
  if (options.drain == "admitted") config.shutdown.drain = Drain::admitted;
  config.shutdown.drain_timeout = std::chrono::milliseconds(options.drain_timeout_ms);
  return config;
}

}  // namespace verifiable

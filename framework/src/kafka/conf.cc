#include "kafka/conf.h"

#include "kafka/conf_writer.h"

#include <strandline/version.h>

#include <algorithm>
#include <string_view>

namespace strandline::detail {

namespace {

constexpr std::size_t kDefaultMessageMaxBytes = 1'000'000;    // librdkafka's message.max.bytes
constexpr std::size_t kDefaultReceiveMaxBytes = 100'000'000;  // its receive.message.max.bytes

/// What a producer understands of a consumer's properties: how to reach the cluster, and who we
/// are.
bool is_for_producers(std::string_view property) {
  constexpr std::string_view kPrefixes[] = {"security.",
                                            "sasl.",
                                            "ssl.",
                                            "enable.ssl.",
                                            "enable.sasl.",
                                            "socket.",
                                            "broker.",
                                            "reconnect.",
                                            "retry.",
                                            "metadata.",
                                            "topic.metadata.",
                                            "client.",
                                            "debug",
                                            "log_level",
                                            "api.version.",
                                            "connections.",
                                            "https.",
                                            "message.max.bytes",
                                            "resolve.",
                                            "receive.message.max.bytes"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return property.starts_with(prefix); });
}

std::string own_version() {
  return std::to_string(STRANDLINE_VERSION_MAJOR) + "." + std::to_string(STRANDLINE_VERSION_MINOR) +
         "." + std::to_string(STRANDLINE_VERSION_PATCH);
}

const char* to_property(Assignor assignor) noexcept {
  switch (assignor) {
    case Assignor::range:
      return "range";
    case Assignor::roundrobin:
      return "roundrobin";
    case Assignor::cooperative_sticky:
      return "cooperative-sticky";
  }
  return "cooperative-sticky";
}

const char* to_property(OffsetReset reset) noexcept {
  switch (reset) {
    case OffsetReset::earliest:
      return "earliest";
    case OffsetReset::latest:
      return "latest";
    case OffsetReset::none:
      return "error";
  }
  return "error";
}

void set_identity(ConfWriter& conf, const ConsumerConfig& config, const std::string& suffix) {
  conf.set("bootstrap.servers", config.bootstrap_servers, "bootstrap_servers");
  if (!config.client_id.empty()) conf.set("client.id", config.client_id + suffix, "client_id");
  conf.set_if_known("client.software.name", "strandline");
  conf.set_if_known("client.software.version", own_version());
  // Logs come as events, so that no line is formatted on librdkafka's threads.
  conf.set_if_known("log.queue", "true");
}

void set_group(ConfWriter& conf, const ConsumerConfig& config, const std::string& suffix) {
  const GroupConfig& group = config.group;
  conf.set("group.id", config.group_id, "group_id");
  conf.set("max.poll.interval.ms", group.max_poll_interval, "group.max_poll_interval");
  if (!config.assignment.empty()) {
    // No group is joined, but a session time-out above it would be refused all the same.
    conf.set("session.timeout.ms", std::min(group.session_timeout, group.max_poll_interval),
             "group.session_timeout");
    return;
  }
  if (!group.instance_id.empty()) {
    conf.set("group.instance.id", group.instance_id + suffix, "group.instance_id");
  }
  if (group.protocol == GroupProtocol::consumer) {
    // The classic protocol's timers and assignors belong to the broker here; librdkafka refuses to
    // start when one of them is set at all.
    conf.set("group.protocol", "consumer", "group.protocol");
    if (!group.remote_assignor.empty()) {
      conf.set("group.remote.assignor", group.remote_assignor, "group.remote_assignor");
    }
    return;
  }
  conf.set("partition.assignment.strategy", to_property(group.assignor), "group.assignor");
  conf.set("session.timeout.ms", group.session_timeout, "group.session_timeout");
  conf.set("heartbeat.interval.ms", group.heartbeat_interval, "group.heartbeat_interval");
}

void set_fetch(ConfWriter& conf, const ConsumerConfig& config) {
  const FetchConfig& fetch = config.fetch;
  conf.set("queued.min.messages", fetch.prefetch_records, "fetch.prefetch_records");
  conf.set("queued.max.messages.kbytes", std::max<std::size_t>(fetch.prefetch_bytes / 1024, 1),
           "fetch.prefetch_bytes");
  conf.set("fetch.min.bytes", fetch.bytes_min, "fetch.bytes_min");
  conf.set("fetch.wait.max.ms", fetch.wait_max, "fetch.wait_max");
  conf.set("fetch.max.bytes", fetch.bytes_max, "fetch.bytes_max");
  conf.set("max.partition.fetch.bytes", fetch.partition_bytes_max, "fetch.partition_bytes_max");
  // librdkafka wants message.max.bytes <= fetch.max.bytes < receive.message.max.bytes; both ends
  // are moved out of the way rather than the user's own choice refused.
  if (fetch.bytes_max < kDefaultMessageMaxBytes) {
    conf.set("message.max.bytes", fetch.bytes_max, "fetch.bytes_max");
  }
  if (fetch.bytes_max + 512 > kDefaultReceiveMaxBytes) {
    conf.set("receive.message.max.bytes", fetch.bytes_max + (std::size_t{1} << 20),
             "fetch.bytes_max");
  }
  // Its default of a second makes a partition whose queue was full stand still for that long: not
  // reading a full partition is our back-pressure, so it would happen all the time.
  conf.set_if_known("fetch.queue.backoff.ms", "5");
  conf.set("auto.offset.reset", to_property(config.offset_reset), "offset_reset");
  conf.set(
      "isolation.level",
      config.isolation == IsolationLevel::read_committed ? "read_committed" : "read_uncommitted",
      "isolation");
}

void set_users_own(ConfWriter& conf, const ConsumerConfig& config) {
  for (const auto& [property, value] : config.librdkafka) {
    conf.set(property.c_str(), value, "librdkafka[\"" + property + "\"]");
  }
}

/// Not to be changed by anybody: the promise that no commit passes unfinished work rests on them.
void set_owned(ConfWriter& conf) {
  conf.set("enable.auto.commit", "false", "librdkafka");
  conf.set("enable.auto.offset.store", "false", "librdkafka");
  // Before 2.13.2 an end-of-partition message moved the position on, past records not yet read.
  conf.set("enable.partition.eof", "false", "librdkafka");
  rd_kafka_conf_set_events(conf.get(),
                           RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
}

std::string instance_suffix(const ConsumerConfig& config, unsigned instance) {
  if (config.instances <= 1) return {};
  std::string suffix = "-";
  suffix += std::to_string(instance);
  return suffix;
}

}  // namespace

bool is_incremental(const ConsumerConfig& config) noexcept {
  return config.assignment.empty() && (config.group.protocol == GroupProtocol::consumer ||
                                       config.group.assignor == Assignor::cooperative_sticky);
}

BuiltConf build_consumer_conf(const ConsumerConfig& config, unsigned instance) {
  const std::string suffix = instance_suffix(config, instance);
  ConfWriter conf;
  set_identity(conf, config, suffix);
  set_group(conf, config, suffix);
  set_fetch(conf, config);
  set_users_own(conf, config);
  set_owned(conf);
  return {conf.take(), std::move(conf.faults())};
}

BuiltConf build_producer_conf(const ConsumerConfig& config) {
  ConfWriter conf;
  set_identity(conf, config, "-dead-letters");
  for (const auto& [property, value] : config.librdkafka) {
    if (!is_for_producers(property)) continue;
    conf.set(property.c_str(), value, "librdkafka[\"" + property + "\"]");
  }
  conf.set("acks", "all", "librdkafka");
  conf.set("enable.idempotence", "true", "librdkafka");
  rd_kafka_conf_set_events(conf.get(),
                           RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG);
  return {conf.take(), std::move(conf.faults())};
}

Error to_error(const std::vector<ConfigFault>& faults) {
  std::string message = "the configuration was refused:";
  for (const ConfigFault& fault : faults) {
    message.append("\n  ").append(fault.field).append(": ").append(fault.problem);
    if (!fault.hint.empty()) message.append("; ").append(fault.hint);
  }
  return {ErrorCode::invalid_config, std::move(message)};
}

}  // namespace strandline::detail

#include "consumer/config_validation.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace strandline::detail {

namespace {

struct OwnedProperty {
  std::string_view name;
  std::string_view hint;
};

constexpr std::string_view kCommits =
    "the framework commits, and only finished work: see commit.mode";
constexpr std::string_view kCallback =
    "the framework serves librdkafka's callbacks itself: see RebalanceListener, "
    "CommitConfig::on_commit, set_log_sink and the statistics";
constexpr std::string_view kDeadLetters =
    "the producer of dead letters is always idempotent with acks=all";

// By librdkafka's names, its aliases, and the Java client's where people are used to them.
constexpr auto kOwned = std::to_array<OwnedProperty>({
    {"bootstrap.servers", "set bootstrap_servers"},
    {"metadata.broker.list", "set bootstrap_servers"},
    {"client.id", "set client_id"},
    {"group.id", "set group_id"},
    {"group.instance.id", "set group.instance_id"},
    {"group.protocol", "set group.protocol"},
    {"group.protocol.type", "it is always \"consumer\""},
    {"group.remote.assignor", "set group.remote_assignor"},
    {"partition.assignment.strategy", "set group.assignor"},
    {"session.timeout.ms", "set group.session_timeout"},
    {"heartbeat.interval.ms", "set group.heartbeat_interval"},
    {"max.poll.interval.ms", "set group.max_poll_interval"},
    {"max.poll.records", "set fetch.batch_records_max"},
    {"auto.offset.reset", "set offset_reset"},
    {"isolation.level", "set isolation"},
    {"enable.auto.commit", kCommits},
    {"auto.commit.enable", kCommits},
    {"auto.commit.interval.ms", "set commit.interval"},
    {"enable.auto.offset.store", kCommits},
    {"offset.store.method", kCommits},
    {"enable.partition.eof", "Context::lag says how far the end is"},
    {"queued.min.messages", "set fetch.prefetch_records"},
    {"queued.max.messages.kbytes", "set fetch.prefetch_bytes"},
    {"fetch.min.bytes", "set fetch.bytes_min"},
    {"fetch.max.bytes", "set fetch.bytes_max"},
    {"fetch.wait.max.ms", "set fetch.wait_max"},
    {"fetch.max.wait.ms", "set fetch.wait_max"},
    {"max.partition.fetch.bytes", "set fetch.partition_bytes_max"},
    {"fetch.message.max.bytes", "set fetch.partition_bytes_max"},
    {"consume.callback.max.messages", "set fetch.batch_records_max"},
    {"log.queue", kCallback},
    {"enabled_events", kCallback},
    {"opaque", kCallback},
    {"interceptors", kCallback},
    {"default_topic_conf", "put the property itself into librdkafka"},
    {"acks", kDeadLetters},
    {"request.required.acks", kDeadLetters},
    {"enable.idempotence", kDeadLetters},
    {"transactional.id", kDeadLetters},
});

bool is_callback(std::string_view name) { return name.ends_with("_cb"); }

}  // namespace

void validate_properties(const ConsumerConfig& config, ConfigFaults& faults) {
  for (const auto& [name, value] : config.librdkafka) {
    const std::string field = "librdkafka[\"" + name + "\"]";
    const auto owned = std::ranges::find(kOwned, std::string_view(name), &OwnedProperty::name);
    if (owned != kOwned.end()) {
      faults.add(field, "belongs to the framework", std::string(owned->hint));
    } else if (is_callback(name)) {
      faults.add(field, "is a callback, which no text can set", std::string(kCallback));
    } else if (name.empty() || name.find_first_of(" \t\r\n=") != std::string::npos) {
      faults.add(field, "is no property name", "write the name alone, as \"socket.timeout.ms\"");
    }
  }
}

}  // namespace strandline::detail

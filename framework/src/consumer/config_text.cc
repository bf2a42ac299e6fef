#include <strandline/config.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <concepts>
#include <string_view>

namespace strandline {

namespace {

std::string text_of(std::string_view value) { return "\"" + std::string(value) + "\""; }
std::string text_of(std::chrono::milliseconds value) {
  return std::to_string(value.count()) + " ms";
}
std::string text_of(std::unsigned_integral auto value) { return std::to_string(value); }
std::string text_of(double value) {
  std::string text = std::to_string(value);
  while (text.ends_with('0') && !text.ends_with(".0")) text.pop_back();
  return text;
}

template <class Enum, std::size_t N>
std::string name_of(Enum value, const std::array<std::string_view, N>& names) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? std::string(names[index]) : "?";
}
std::string text_of(Ordering value) {
  return name_of(value, std::to_array<std::string_view>({"partition", "key", "none"}));
}
std::string text_of(GroupProtocol value) {
  return name_of(value, std::to_array<std::string_view>({"classic", "consumer"}));
}
std::string text_of(Assignor value) {
  return name_of(value,
                 std::to_array<std::string_view>({"range", "roundrobin", "cooperative_sticky"}));
}
std::string text_of(OffsetReset value) {
  return name_of(value, std::to_array<std::string_view>({"earliest", "latest", "none"}));
}
std::string text_of(IsolationLevel value) {
  return name_of(value, std::to_array<std::string_view>({"read_uncommitted", "read_committed"}));
}
std::string text_of(CommitMode value) {
  return name_of(value,
                 std::to_array<std::string_view>({"periodic", "per_batch", "manual", "none"}));
}
std::string text_of(Drain value) {
  return name_of(value, std::to_array<std::string_view>({"running", "admitted"}));
}
std::string text_of(Exhausted value) {
  return name_of(value, std::to_array<std::string_view>({"stop", "dead_letter", "drop", "park"}));
}
std::string text_of(const StartOffset& start) {
  const std::string kind = name_of(
      start.kind,
      std::to_array<std::string_view>({"committed", "beginning", "end", "offset", "timestamp"}));
  const bool valued =
      start.kind == StartOffset::Kind::offset || start.kind == StartOffset::Kind::timestamp;
  return valued ? kind + " " + std::to_string(start.value) : kind;
}

/// One line per option.
class Lines {
 public:
  template <class T>
  void add(std::string_view name, const T& value) {
    add_text(name, text_of(value));
  }
  /// What has no text of its own.
  void add_set(std::string_view name, bool set) { add_text(name, set ? "set" : "not set"); }
  void add_text(std::string_view name, std::string_view text) {
    text_.append(name).append(" = ").append(text).append("\n");
  }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  std::string text_;
};

// Rather one value too many is hidden than one shown: logs travel.
bool is_secret(std::string_view property) {
  constexpr auto kParts =
      std::to_array<std::string_view>({"password", "passphrase", "secret", "token", "key.pem",
                                       "private.key", "jaas", "credential", "oauthbearer.config"});
  std::string lower(property);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(
      kParts, [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

void add_subscription(const ConsumerConfig& config, Lines& lines) {
  lines.add("bootstrap_servers", config.bootstrap_servers);
  lines.add("group_id", config.group_id);
  lines.add("client_id", config.client_id);
  for (const std::string& topic : config.topics) lines.add("topics[]", topic);
  if (!config.topic_pattern.empty()) lines.add("topic_pattern", config.topic_pattern);
  for (const AssignedPartition& assigned : config.assignment) {
    lines.add_text("assignment[]",
                   to_string(assigned.partition) + " from " + text_of(assigned.start));
  }
  lines.add("order", config.order);
  lines.add_set("key_extractor", static_cast<bool>(config.key_extractor));
  lines.add("offset_reset", config.offset_reset);
  lines.add("isolation", config.isolation);
}

void add_group(const ConsumerConfig& config, Lines& lines) {
  lines.add("group.protocol", config.group.protocol);
  lines.add("group.assignor", config.group.assignor);
  lines.add("group.remote_assignor", config.group.remote_assignor);
  lines.add("group.instance_id", config.group.instance_id);
  lines.add("group.session_timeout", config.group.session_timeout);
  lines.add("group.heartbeat_interval", config.group.heartbeat_interval);
  lines.add("group.max_poll_interval", config.group.max_poll_interval);
  lines.add_set("listener", config.listener != nullptr);
}

void add_commit(const ConsumerConfig& config, Lines& lines) {
  lines.add("commit.mode", config.commit.mode);
  lines.add("commit.interval", config.commit.interval);
  lines.add("commit.every_records", config.commit.every_records);
  lines.add("commit.timeout", config.commit.timeout);
  lines.add_set("commit.on_commit", static_cast<bool>(config.commit.on_commit));
  lines.add("rebalance.drain_timeout", config.rebalance.drain_timeout);
  lines.add("shutdown.drain", config.shutdown.drain);
  lines.add("shutdown.drain_timeout", config.shutdown.drain_timeout);
}

void add_failure(const FailurePolicy& policy, Lines& lines) {
  lines.add("failure.attempts_max", policy.attempts_max);
  lines.add("failure.backoff.initial", policy.backoff.initial);
  lines.add("failure.backoff.max", policy.backoff.max);
  lines.add("failure.backoff.multiplier", policy.backoff.multiplier);
  lines.add("failure.backoff.jitter", policy.backoff.jitter);
  lines.add("failure.exhausted", policy.exhausted);
  lines.add("failure.dead_letter_topic", policy.dead_letter_topic);
}

void add_limits(const ConsumerConfig& config, Lines& lines) {
  lines.add("workers", config.workers);
  lines.add("instances", config.instances);
  lines.add("async_max", config.async_max);
  lines.add("in_flight.records_max_per_partition", config.in_flight.records_max_per_partition);
  lines.add("in_flight.bytes_max_per_partition", config.in_flight.bytes_max_per_partition);
  lines.add("in_flight.records_max", config.in_flight.records_max);
  lines.add("in_flight.bytes_max", config.in_flight.bytes_max);
  lines.add("in_flight.low_mark", config.in_flight.low_mark);
  lines.add("fetch.batch_records_max", config.fetch.batch_records_max);
  lines.add("fetch.prefetch_records", config.fetch.prefetch_records);
  lines.add("fetch.prefetch_bytes", config.fetch.prefetch_bytes);
  lines.add("fetch.bytes_min", config.fetch.bytes_min);
  lines.add("fetch.wait_max", config.fetch.wait_max);
  lines.add("fetch.bytes_max", config.fetch.bytes_max);
  lines.add("fetch.partition_bytes_max", config.fetch.partition_bytes_max);
  lines.add("watchdog.stuck_after", config.watchdog.stuck_after);
}

}  // namespace

std::string to_string(const ConsumerConfig& config) {
  Lines lines;
  add_subscription(config, lines);
  add_group(config, lines);
  add_commit(config, lines);
  add_failure(config.failure, lines);
  add_limits(config, lines);
  for (const auto& [name, value] : config.librdkafka) {
    lines.add_text("librdkafka[\"" + name + "\"]", is_secret(name) ? "***" : text_of(value));
  }
  return std::move(lines).take();
}

}  // namespace strandline

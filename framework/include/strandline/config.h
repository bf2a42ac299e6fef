#pragma once

#include <strandline/failure_policy.h>
#include <strandline/rebalance.h>
#include <strandline/record.h>
#include <strandline/result.h>
#include <strandline/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Everything a consumer can be told, as one aggregate with designated initialisers. Copyable and
/// printable; no builder. A field without a default is required. Kafka's own names for these
/// options are mapped in docs/CONFIGURATION.md.
namespace strandline {

using namespace std::chrono_literals;

/// Which records wait for which. Concurrency does not depend on the number of partitions except
/// with `partition`.
enum class Ordering : std::uint8_t {
  partition,  ///< a record starts after its predecessor in the partition has finished
  key,        ///< … after its predecessor with the same key; null keys keep partition order
  none,       ///< any record may start at any time
};

enum class GroupProtocol : std::uint8_t {
  classic,   ///< client-side assignors
  consumer,  ///< KIP-848: the broker assigns; needs Kafka 4.0 and librdkafka 2.12
};

enum class Assignor : std::uint8_t {
  range,
  roundrobin,
  cooperative_sticky,  ///< only what moves is given up (KIP-429); needs librdkafka 2.10.1
};

struct GroupConfig {
  GroupProtocol protocol = GroupProtocol::classic;
  /// Classic protocol only. All members of a group must name a common one.
  Assignor assignor = Assignor::cooperative_sticky;
  /// `consumer` protocol only: `uniform` or `range`; empty = the broker's default.
  std::string remote_assignor{};
  /// Static membership (KIP-345): a restart within the session timeout moves no partition. Must be
  /// unique in the group: a second member with the same name fences the first one.
  std::string instance_id{};
  /// After this long without a heartbeat the member is dead and its partitions move. Classic only.
  std::chrono::milliseconds session_timeout = 45s;
  /// Classic only; at most a third of the session timeout, or one lost heartbeat evicts the member.
  /// A member learns from its heartbeat that the group rebalances: a partition that moves
  /// cooperatively has no owner for up to this long. One small request to the coordinator each.
  std::chrono::milliseconds heartbeat_interval = 1s;
  /// The poller never waits for handlers, so a slow one cannot exceed it; a drain may, and so may
  /// the user's code on the poller: listeners, key extractors, factories.
  std::chrono::milliseconds max_poll_interval = 5min;
};

/// Where to start when the group has no committed offset, or the committed one no longer exists.
enum class OffsetReset : std::uint8_t {
  earliest,
  latest,  ///< skips what is there: records produced before the first start are never seen
  none,    ///< stop with an error that names the partitions
};

enum class IsolationLevel : std::uint8_t { read_uncommitted, read_committed };

/// Where to start reading a manually assigned partition.
struct StartOffset {
  enum class Kind : std::uint8_t { committed, beginning, end, offset, timestamp };
  Kind kind = Kind::committed;
  std::int64_t value = 0;  ///< the offset, or milliseconds since the Unix epoch

  static constexpr StartOffset committed() { return {}; }
  static constexpr StartOffset beginning() { return {Kind::beginning, 0}; }
  static constexpr StartOffset end() { return {Kind::end, 0}; }
  static constexpr StartOffset at(Offset offset) { return {Kind::offset, offset.value()}; }
  static constexpr StartOffset at(std::chrono::milliseconds since_epoch) {
    return {Kind::timestamp, since_epoch.count()};
  }
};

struct AssignedPartition {
  TopicPartition partition;
  StartOffset start{};
};

enum class CommitMode : std::uint8_t {
  periodic,   ///< asynchronous, every `interval`
  per_batch,  ///< synchronous: a partition's next batch starts after the last one's commit is
              ///< acknowledged
  manual,     ///< when a handler calls `Context::commit`, and at revoke and stop
  none,       ///< never: the group's offsets are not touched
};

/// The broker's answer to one partition's commit.
struct CommitAnswer {
  TopicPartition partition;
  Offset offset;
  std::optional<Error> error{};  ///< set when the broker refused it, or did not answer
};

/// Told the answer to every commit, on the poller thread: keep it short.
using CommitListener = std::function<void(std::span<const CommitAnswer>)>;

/// Whatever the mode, the commit position never passes unfinished work, and (`none` apart) a final
/// synchronous commit runs when a partition is revoked and when the consumer stops.
struct CommitConfig {
  CommitMode mode = CommitMode::periodic;
  /// What a crash may replay beyond what was in flight. Shorter costs the coordinator requests.
  std::chrono::milliseconds interval = 1s;
  /// `periodic` only: also after this many finished records; 0 = by time alone.
  std::uint64_t every_records = 0;
  /// How long a final or synchronous commit waits for the broker's answer.
  std::chrono::milliseconds timeout = 10s;
  CommitListener on_commit{};
};

struct RebalanceConfig {
  /// How long a revoked partition's running handlers may finish. What has not finished by then
  /// comes again to the next owner. Must be below `max_poll_interval`, or the broker evicts the
  /// member first.
  std::chrono::milliseconds drain_timeout = 10s;
};

/// What stopping waits for.
enum class Drain : std::uint8_t {
  /// Handlers that run finish, and what lies before them in their partition; the other queued
  /// records go back to the group unstarted.
  running,
  admitted,  ///< everything already handed over finishes as well
};

struct ShutdownConfig {
  Drain drain = Drain::running;
  std::chrono::milliseconds drain_timeout = 30s;
};

/// Back-pressure. A partition stops being read at the high mark and goes on at the low one; the
/// same for the whole consumer. Without a bound in bytes, a burst of large records takes the
/// process down. Live memory stays within `bytes_max` plus librdkafka's prefetch (`FetchConfig`)
/// plus the fetch responses that in-flight records pin.
struct InFlightLimits {
  std::size_t records_max_per_partition = 10'000;
  std::size_t bytes_max_per_partition = std::size_t{64} << 20;
  std::size_t records_max = 100'000;
  std::size_t bytes_max = std::size_t{256} << 20;
  double low_mark = 0.7;  ///< of the maximum: hysteresis, so that a gate does not flap
};

struct FetchConfig {
  /// Records taken from one partition in one go: the unit of every hand-off (Kafka:
  /// max.poll.records).
  std::size_t batch_records_max = 1'000;
  /// librdkafka's prefetch per partition (queued.min.messages, queued.max.messages.kbytes).
  std::size_t prefetch_records = 20'000;
  std::size_t prefetch_bytes = std::size_t{16} << 20;
  /// fetch.min.bytes: more saves requests and costs latency.
  std::size_t bytes_min = 1;
  std::chrono::milliseconds wait_max = 500ms;              ///< fetch.wait.max.ms
  std::size_t bytes_max = std::size_t{16} << 20;           ///< fetch.max.bytes
  std::size_t partition_bytes_max = std::size_t{1} << 20;  ///< max.partition.fetch.bytes
};

/// A gate that does not open is the commonest fault in the field; this names the record that holds
/// it.
struct WatchdogConfig {
  /// A record in flight for longer is reported, with its partition, offset and age; 0 = never.
  std::chrono::milliseconds stuck_after = 60s;
};

/// The key that `Ordering::key` orders by, taken from a record; views into the record are fine. A
/// nullopt orders as a null key. Called on the poller thread for every record: keep it cheap. A
/// record for which it throws orders as a null key, too, and the exception is logged.
using KeyExtractor = std::function<std::optional<std::string_view>(const Record&)>;

struct ConsumerConfig {
  // What and where: required.
  std::string bootstrap_servers;
  std::string group_id;
  // Exactly one of these three.
  std::vector<std::string> topics{};
  /// A regular expression, "^orders\\..*": topics that match later are joined as they appear.
  std::string topic_pattern{};
  /// Manual assignment of exact partitions: no group membership, no rebalance.
  std::vector<AssignedPartition> assignment{};

  // Behaviour.
  Ordering order = Ordering::partition;
  KeyExtractor key_extractor{};
  OffsetReset offset_reset = OffsetReset::earliest;
  IsolationLevel isolation = IsolationLevel::read_committed;
  GroupConfig group{};
  CommitConfig commit{};
  RebalanceConfig rebalance{};
  FailurePolicy failure{};
  ShutdownConfig shutdown{};
  WatchdogConfig watchdog{};
  RebalanceListener* listener = nullptr;  ///< not owned; must outlive `run`

  // Performance: most users leave these alone.
  unsigned workers = 0;    ///< threads that run handlers, shared by all instances; 0 = one per core
  unsigned instances = 1;  ///< consumers in this process, each with its poller, sharing the workers
  unsigned async_max =
      1000;  ///< records begun and not answered in asynchronous and coroutine handlers
  InFlightLimits in_flight{};
  FetchConfig fetch{};

  std::string client_id = "strandline";
  /// Any other librdkafka property, by its own name. Those the framework owns are refused by name.
  std::map<std::string, std::string> librdkafka{};

  /// All faults of the fields at once; empty when there is none. Needs no connection. The
  /// consumer's constructor asks librdkafka as well.
  [[nodiscard]] std::vector<ConfigFault> validate() const;
};

/// One line per option, secrets masked: for logs.
[[nodiscard]] std::string to_string(const ConsumerConfig& config);

}  // namespace strandline

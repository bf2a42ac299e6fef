#pragma once

#include <strandline/result.h>
#include <strandline/types.h>

#include "base/message_source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace strandline::detail {

struct PartitionOffset {
  TopicPartition partition;
  Offset offset;
};

struct CommittedOffset {
  TopicPartition partition;
  Offset offset;
  std::optional<Error> error{};  ///< why the broker refused this one
  /// The refusal stands until a revoke under way is answered: repeating a final commit is in vain.
  bool membership_over = false;
};

using CommitId = std::uint64_t;

/// An error the client could not mend by itself.
struct ClientError {
  Error error;
  std::optional<TopicPartition> partition;
  bool fatal = false;  ///< the client is of no further use
};

/// What the client tells its owner; called inside `BrokerClient::poll`, on the poller thread.
class BrokerEvents {
 public:
  virtual ~BrokerEvents() = default;
  /// Must be answered by exactly one `answer_assign`, also when the list is empty; not necessarily
  /// from inside this call. No further rebalance event comes before the answer.
  virtual void on_assign(std::vector<TopicPartition> partitions) = 0;
  /// Must be answered by exactly one `answer_revoke`. `lost`: they are already somebody else's.
  virtual void on_revoke(std::vector<TopicPartition> partitions, bool lost) = 0;
  virtual void on_commit_answer(CommitId id, std::vector<CommittedOffset> offsets) = 0;
  virtual void on_error(ClientError error) = 0;
};

/// The private queue of one assigned partition. Owner: the poller thread.
/// Destroying it gives the queue back, which must happen before `answer_revoke`.
class PartitionFeed {
 public:
  virtual ~PartitionFeed() = default;
  /// Something may be there. Set from librdkafka's threads, which then ring the doorbell; an edge
  /// may be lost, so the poller also looks without it a few times a second.
  [[nodiscard]] virtual bool ready() const noexcept = 0;
  /// Takes up to `max` records, never waits, appends to `batch` (empty on entry), and forgets
  /// readiness unless there may be more. Records below `expected` are released and counted in
  /// `filtered`: within one assignment librdkafka may deliver a few again around a rebalance.
  /// Error messages in the queue go to `events`.
  virtual void fetch(std::size_t max, Offset expected, RecordBatch& batch, std::uint64_t& filtered,
                     BrokerEvents& events) = 0;
};

/// A consumer of one Kafka cluster, as the rest of the framework needs it: a port, so that the poll
/// loop is tested against a fake broker. One thread (the poller) calls everything; nothing blocks
/// unless said. Messages, feeds and lists must all be gone before it is destroyed, or librdkafka
/// waits for ever.
class BrokerClient {
 public:
  virtual ~BrokerClient() = default;

  /// Subscribes, or resolves and assigns exact partitions (which then arrive as `on_assign`, too).
  /// May block up to a timeout for the look-up of offsets by time.
  virtual Result<void> start() = 0;
  /// Serves events: rebalances, commit answers, errors. Never waits. Keeps the member alive
  /// (max.poll.interval.ms).
  virtual void poll(BrokerEvents& events) = 0;

  /// Splits off the partition's queue; between `on_assign` and `answer_assign`, on every assign:
  /// later some messages would slip into the main queue, and a queue not split again starves
  /// silently. Null only for a partition that cannot be, such as a negative one.
  [[nodiscard]] virtual std::unique_ptr<PartitionFeed> open(const TopicPartition& partition) = 0;
  virtual Result<void> answer_assign(std::span<const TopicPartition> partitions) = 0;
  virtual Result<void> answer_revoke(std::span<const TopicPartition> partitions) = 0;
  /// True when the current assignment was taken away: ask while a revoke drains.
  [[nodiscard]] virtual bool assignment_lost() const = 0;

  /// Asynchronous; the answer comes as `on_commit_answer` with the same id. An error means that
  /// nothing was sent and no answer comes.
  virtual Result<CommitId> commit(std::span<const PartitionOffset> offsets) = 0;

  /// The broker's end of log as the last fetch told it; invalid while unknown. No I/O.
  [[nodiscard]] virtual Offset high_watermark(const TopicPartition& partition) const = 0;
  /// Where an assigned partition begins, for as long as nothing of it has been read; invalid while
  /// unknown. No I/O.
  [[nodiscard]] virtual Offset start_position(const TopicPartition& partition) const = 0;
  [[nodiscard]] virtual MessageSource& messages() noexcept = 0;

  /// Leaves the group: the final `on_revoke` comes through `poll` and must be answered.
  virtual void begin_close() = 0;
  [[nodiscard]] virtual bool closed() const = 0;
  /// For an owner that cannot go on: gives everything up unasked and leaves the group, in whatever
  /// state a rebalance is. Feeds must be gone. Blocks up to a few seconds; nothing may be called
  /// after it but the destructor.
  virtual void leave_group() noexcept = 0;
};

}  // namespace strandline::detail

#pragma once

#include <strandline/error.h>
#include <strandline/types.h>

#include <optional>
#include <span>

namespace strandline {

/// A partition that was given back, and how far its work is known to the broker.
struct ReleasedPartition {
  TopicPartition partition;
  Offset position;   ///< everything before it is finished; invalid when nothing was
  Offset committed;  ///< acknowledged in this assignment; invalid when nothing was
  /// Why `committed` is below `position`: the refusal, or that no answer came within
  /// `commit.timeout`. The next owner repeats what lies between. Empty with `CommitMode::none`.
  std::optional<Error> error{};
};

/// Told when partitions come and go. Called on the poller thread, never while another call of the
/// same instance runs. Keep it short: partitions wait meanwhile. What it throws is logged and goes
/// no further. With `instances` > 1 each poller calls it, so lock what is shared, and ask
/// `instance()` who calls.
///
///   on_assigned ─► on_revoked ─► (final commit) ─► on_released
///        └───────────────┴── on_lost
///
/// A stop gives all partitions back by the same calls. They are left out when the group cannot be
/// left within 15 s, or the poller ended by an error of its own (`RunSummary::error`).
class RebalanceListener {
 public:
  virtual ~RebalanceListener() = default;
  /// Before the first record of these partitions is handed out. With an empty set when the group
  /// gave this member nothing (more) in a rebalance: that is how one learns that it is a member and
  /// idle. A member of the consumer protocol (KIP-848) that is idle from the start is not told, as
  /// librdkafka reports only what differs.
  virtual void on_assigned(std::span<const TopicPartition> partitions) { (void)partitions; }
  /// After these partitions have drained (or the deadline passed), before their final commit: what
  /// is flushed here is flushed before the position says so. Not called with an empty set.
  virtual void on_revoked(std::span<const TopicPartition> partitions) { (void)partitions; }
  /// After the final commit of what was revoked was answered, or given up at `commit.timeout`, and
  /// before the group hears of it: the last moment at which these partitions are nobody else's.
  /// Handlers that still run from here on count for nothing. Follows each `on_revoked`, unless the
  /// partitions are lost in between.
  virtual void on_released(std::span<const ReleasedPartition> partitions) { (void)partitions; }
  /// They are already somebody else's: no commit follows, and results must not be published. Not
  /// the same as revoked (KIP-429). Not called with an empty set.
  virtual void on_lost(std::span<const TopicPartition> partitions) { (void)partitions; }

  /// Inside one of these calls: which consumer of the process is meant, from 0 to `instances` − 1.
  /// Elsewhere it has no meaning.
  [[nodiscard]] static unsigned instance() noexcept;
};

}  // namespace strandline

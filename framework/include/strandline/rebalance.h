#pragma once

#include <strandline/types.h>

#include <span>

namespace strandline {

/// Told when partitions come and go. Called on the poller thread, never while another call of the
/// same consumer runs; empty sets are not reported. Keep it short: partitions wait meanwhile. What
/// it throws is logged and goes no further. With `instances` > 1 each poller calls it, so lock what
/// is shared.
class RebalanceListener {
 public:
  virtual ~RebalanceListener() = default;
  /// Before the first record of these partitions is handed out.
  virtual void on_assigned(std::span<const TopicPartition> partitions) { (void)partitions; }
  /// After these partitions have drained (or the deadline passed), before their final commit.
  virtual void on_revoked(std::span<const TopicPartition> partitions) { (void)partitions; }
  /// They are already somebody else's: no commit follows, and results must not be published. Not
  /// the same as revoked (KIP-429).
  virtual void on_lost(std::span<const TopicPartition> partitions) { (void)partitions; }
};

}  // namespace strandline

#pragma once

#include <strandline/types.h>

namespace strandline::detail {

/// What the broker knows of one partition's commit position, against what it should: position,
/// requested, committed, each of which only rises.
/// Owner: the poller thread. One epoch long, so that no answer of an earlier assignment reaches it.
///
/// Only an answer from the broker makes a position committed. A request that fails, or is never
/// answered, leaves the ledger dirty, and the next one asks for the position of that time.
class CommitLedger {
 public:
  /// `committed`: what the broker is known to have already.
  explicit CommitLedger(Offset committed = {}) noexcept
      : position_(committed), requested_(committed), committed_(committed) {}

  /// The partition's commit position now. A lower or invalid one changes nothing: "nothing has
  /// finished yet" must not become a commit of offset 0.
  void advance(Offset position) noexcept;

  /// The broker does not have the position yet, as far as it has answered.
  [[nodiscard]] bool dirty() const noexcept { return position_ > committed_; }
  /// The offset to send now; call it only when dirty.
  [[nodiscard]] Offset request() noexcept;
  /// The broker has taken `offset`. Late answers are welcome, whatever came in between. More than
  /// has been requested is not believed.
  void acknowledged(Offset offset) noexcept;
  /// The request was refused, or its answer did not come.
  void failed() noexcept { requesting_ = false; }

  /// A request is out.
  [[nodiscard]] bool requesting() const noexcept { return requesting_; }
  [[nodiscard]] Offset position() const noexcept { return position_; }
  [[nodiscard]] Offset requested() const noexcept { return requested_; }
  [[nodiscard]] Offset committed() const noexcept { return committed_; }

 private:
  Offset position_;
  Offset requested_;  ///< the highest ever sent
  Offset committed_;  ///< the highest the broker has acknowledged
  bool requesting_ = false;
};

}  // namespace strandline::detail

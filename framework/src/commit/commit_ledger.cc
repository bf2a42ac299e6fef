#include "commit/commit_ledger.h"

#include "base/assert.h"

#include <algorithm>

namespace strandline::detail {

void CommitLedger::advance(Offset position) noexcept { position_ = std::max(position_, position); }

Offset CommitLedger::request() noexcept {
  STRANDLINE_ASSERT(dirty(), "a position is requested that the broker does not have yet");
  requesting_ = true;
  requested_ = position_;
  return requested_;
}

void CommitLedger::acknowledged(Offset offset) noexcept {
  committed_ = std::max(committed_, std::min(offset, requested_));
  // The answer to an earlier request, given up and overtaken by a newer one, says nothing of the
  // newer.
  if (committed_ == requested_) requesting_ = false;
}

}  // namespace strandline::detail

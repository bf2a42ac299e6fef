#pragma once

#include <strandline/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace verifiable {

/// Offsets that were consumed, as the protocol tells of them: `count` records from `min` to `max`.
struct Range {
  std::int64_t count = 0;
  std::int64_t min = 0;
  std::int64_t max = 0;
};

/// What was handled of one assigned partition, and how much of it has been told.
///
/// The protocol's `records_consumed` moves a position forward, and no commit may pass it. With
/// partition order whatever is handled can be told at once. Otherwise records finish with gaps
/// between them: then only what follows the position without a gap is told, and the rest when a
/// commit shows that the gap is closed (or was none: offsets may be missing in the log itself).
class PartitionBook {
 public:
  explicit PartitionBook(bool in_order) : in_order_(in_order) {}

  void add(strandline::Offset offset);
  /// What can be told without a commit.
  [[nodiscard]] std::optional<Range> take_ready();
  /// What a commit of `offset` covers.
  [[nodiscard]] std::optional<Range> take_below(strandline::Offset offset);
  /// All that is left, gap by gap; for the end of the assignment.
  [[nodiscard]] std::vector<Range> take_rest();

 private:
  Range take_front(std::int64_t end);

  bool in_order_;
  std::set<std::int64_t> untold_{};
  std::int64_t position_ = -1;  ///< one past what was told; -1 before the first time
};

}  // namespace verifiable

#pragma once

#include "base/clock.h"
#include "base/message_source.h"
#include "commit/commit_tracker.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace strandline::detail {

class Partition;

/// A polled batch from its admission until its last record has finished and nobody holds it any
/// more. Owner: the poller thread. Workers read `records.messages` of the items they were handed;
/// those do not change while `holders` counts them.
///
/// Its records are addressed by *position*: with key order they are sorted by lane, so that what
/// one lane gets of a batch is one stretch of positions; otherwise position and index are the same.
struct AdmittedBatch {
  RecordBatch records;
  std::vector<std::uint32_t> index_by_position;  ///< empty: position = index
  std::vector<std::uint64_t> tokens;             ///< key order: what each index must wait for
  Sequence first_sequence = 0;
  TimePoint admitted_at{};
  Partition* partition = nullptr;
  std::uint32_t unfinished = 0;
  std::uint32_t holders = 0;  ///< runs and asynchronous calls that refer to its messages
  std::size_t slot = 0;       ///< its place in the partition's list of live batches

  [[nodiscard]] std::uint32_t index_at(std::uint32_t position) const noexcept {
    return index_by_position.empty() ? position : index_by_position[position];
  }
  [[nodiscard]] Sequence sequence_at(std::uint32_t position) const noexcept {
    return first_sequence + index_at(position);
  }
  [[nodiscard]] bool holds(Sequence sequence) const noexcept {
    return sequence >= first_sequence && sequence - first_sequence < records.size();
  }
  /// With keys, [begin, end) are of one lane, where indices rise with positions.
  [[nodiscard]] bool covers(std::uint32_t begin, std::uint32_t end, Sequence sequence) const {
    if (!holds(sequence)) return false;
    const auto index = static_cast<std::uint32_t>(sequence - first_sequence);
    if (index_by_position.empty()) return index >= begin && index < end;
    const auto indices = index_by_position.begin();
    return std::binary_search(indices + begin, indices + end, index);
  }
  [[nodiscard]] void* message_at(std::uint32_t position) const noexcept {
    return records.messages[index_at(position)];
  }
  [[nodiscard]] Offset offset_at(std::uint32_t position) const noexcept {
    return Offset{records.offsets[index_at(position)]};
  }
};

/// Consecutive positions of one batch: the unit in which strands queue.
struct Stretch {
  AdmittedBatch* batch = nullptr;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] std::uint32_t size() const noexcept { return end - begin; }
};

/// One record in its batch.
struct Item {
  AdmittedBatch* batch = nullptr;
  std::uint32_t position = 0;

  [[nodiscard]] Stretch stretch() const noexcept { return {batch, position, position + 1}; }
};

}  // namespace strandline::detail

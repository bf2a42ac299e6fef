#pragma once

#include <strandline/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace strandline::detail {

/// Position of a record among those admitted in this epoch, from 0. Sequences have no gaps where
/// offsets do (compaction, transaction markers), so "contiguous" is a matter of sequences alone.
using Sequence = std::uint64_t;

/// What of one partition is finished, and up to where without a hole: the commit position.
/// Owner: the poller thread. One epoch long; it never goes backward.
///
/// Records stay in the batches they came in. A batch whose records finish in order costs one
/// counter however long it is; the first that finishes out of order costs the batch one bit a
/// record, until all of it is finished and what came before, too. Nothing is allocated once the
/// ring and its bitmaps have grown to what is in flight at the most.
class CommitTracker {
 public:
  /// `start`: the commit position as long as nothing has finished, where it is known.
  explicit CommitTracker(Offset start = {});

  /// Takes up records; returns the sequence of the first. The offsets rise strictly and lie above
  /// all admitted before. They are not copied: they must stay in place until all of them are
  /// complete, and are read by `complete` only. No offsets: nothing happens.
  Sequence admit(std::span<const std::int64_t> offsets);

  /// Marks `count` records from `first` on as finished; returns how many of them were not before,
  /// so that answering twice counts once. May reach over several batches. Aborts on sequences never
  /// admitted.
  std::size_t complete(Sequence first, std::size_t count);
  /// The same for records of one batch that do not lie side by side, as those of one lane of keys
  /// do not: one look-up for all of them. `first` is what `admit` returned for the batch, `indices`
  /// count from it and rise.
  std::size_t complete(Sequence first, std::span<const std::uint32_t> indices);

  /// False for what has not been admitted.
  [[nodiscard]] bool is_complete(Sequence sequence) const;
  /// Next offset to commit: behind the last record that is finished together with all before it.
  [[nodiscard]] Offset commit_position() const noexcept { return position_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }
  /// The record that holds the commit position.
  [[nodiscard]] std::optional<Sequence> oldest_unfinished() const noexcept;
  /// Its offset; invalid when nothing is in flight.
  [[nodiscard]] Offset oldest_unfinished_offset() const noexcept { return oldest_offset_; }
  /// The last offset admitted; invalid before the first.
  [[nodiscard]] Offset highest_seen() const noexcept { return highest_; }
  /// The highest offset that is finished, whatever is unfinished below it; invalid before the
  /// first.
  [[nodiscard]] Offset highest_completed() const noexcept { return highest_completed_; }

 private:
  /// One admitted batch. Entries wait in the ring until all before them are complete.
  struct Entry {
    Sequence first = 0;
    const std::int64_t* offsets = nullptr;  ///< not read once the entry is complete
    Offset last;                            ///< copied, to advance past the entry without `offsets`
    std::uint32_t count = 0;
    std::uint32_t prefix = 0;             ///< this many from the front are finished
    std::uint32_t done = 0;               ///< finished in all: prefix plus the bits set beyond it
    std::vector<std::uint64_t> beyond{};  ///< a bit per record; empty until one overtakes

    [[nodiscard]] bool complete() const noexcept { return done == count; }
    [[nodiscard]] bool holds(Sequence sequence) const noexcept {
      return sequence >= first && sequence - first < count;
    }
    [[nodiscard]] Offset offset_before(Sequence sequence) const noexcept {
      return Offset{offsets[sequence - first - 1]};
    }
    [[nodiscard]] bool is_set(std::uint32_t index) const noexcept;
    std::uint32_t finish(std::uint32_t begin, std::uint32_t end);
    std::uint32_t finish(std::span<const std::uint32_t> indices);
    std::uint32_t set_bits(std::uint32_t begin, std::uint32_t end) noexcept;
    void extend_prefix() noexcept;
  };

  // Entries are numbered for ever; the low bits of the number are the place in the ring.
  [[nodiscard]] Entry& entry(std::uint64_t number) noexcept {
    return ring_[number & (ring_.size() - 1)];
  }
  [[nodiscard]] const Entry& entry(std::uint64_t number) const noexcept {
    return ring_[number & (ring_.size() - 1)];
  }
  [[nodiscard]] std::uint64_t find(Sequence sequence) const noexcept;
  void grow();
  void advance();

  std::vector<Entry> ring_;  ///< a power of two
  std::uint64_t head_ = 0;   ///< the oldest entry; never complete
  std::uint64_t tail_ = 0;   ///< one past the newest
  std::uint64_t hint_ = 0;   ///< where the last look-up ended: the next one is nearly always there
  Sequence next_ = 0;
  std::size_t in_flight_ = 0;
  Offset position_;
  Offset oldest_offset_{};
  Offset highest_{};
  Offset highest_completed_{};
};

}  // namespace strandline::detail

#pragma once

#include <strandline/detail/handler_source.h>

#include "executor/timer_wheel.h"
#include "partition/admitted_batch.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace strandline::detail {

class Partition;
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): final, owned as what it is
class Strand;

/// Told when a strand's retry is due. Declared here because the strand needs it; the dispatcher is
/// it.
class StrandOwner {
 public:
  virtual ~StrandOwner() = default;
  virtual void on_retry_due(Strand& strand) = 0;
};

/// A FIFO of records that run one after the other: records of one partition, or of one lane of
/// keys, or of one key that has to wait for a record of its own.
///
///           push            take                     give back / finish
///   records ───► [ queued ] ───► out (a run at a worker) ───► finished
///                    ▲                     │
///                    └── held: a retry's timer, a dead letter's acknowledgement, parked
///
/// Poller thread only, which makes it free of locks: at most `out_max` runs of it are out, and what
/// they do not finish comes back to its front.
class Strand final : public Timer {
 public:
  Strand(Partition& partition, StrandOwner& owner, std::size_t number)
      : partition_(&partition), owner_(&owner), number_(number) {}

  void push_back(Stretch stretch);
  void push_front(Stretch stretch);
  /// Moves up to `max` records from the front into `taken`, in order. Stops before a stretch of
  /// another batch when `one_batch`.
  std::size_t take(std::size_t max, bool one_batch, std::vector<Stretch>& taken);
  [[nodiscard]] const Stretch& front() const noexcept { return queue_[head_]; }
  /// Takes out what lies at `mark` or behind it; returns how many records.
  std::size_t cut(Offset mark) noexcept;
  void clear() noexcept;

  [[nodiscard]] bool empty() const noexcept { return head_ == queue_.size(); }
  [[nodiscard]] std::size_t queued() const noexcept { return queued_; }
  /// Something could be handed to a worker now.
  [[nodiscard]] bool ready() const noexcept { return !empty() && out < out_max && holds == 0; }
  /// Nothing queued, out, or held: a token's strand may go.
  [[nodiscard]] bool idle() const noexcept { return empty() && out == 0 && holds == 0; }

  [[nodiscard]] Partition& partition() const noexcept { return *partition_; }
  [[nodiscard]] std::size_t number() const noexcept { return number_; }

  void on_due() override { owner_->on_retry_due(*this); }

  unsigned out = 0;      ///< runs of it that workers hold, or asynchronous calls unanswered
  unsigned out_max = 1;  ///< more than one only without order
  unsigned holds =
      0;  ///< reasons to wait: retry timer, dead letters unacknowledged, parked records
  std::size_t retries_waiting = 0;     ///< failed records that its timer will start again
  bool listed = false;                 ///< in the dispatcher's ready list
  std::optional<std::uint64_t> token;  ///< set for the strand of one token
  Strand* home = nullptr;              ///< of a token's strand: the lane that its records come by
  std::size_t open_tokens = 0;         ///< of a lane: strands of tokens whose home it is
  std::optional<AnyHandler> handler;   ///< its own one, when a factory makes them per strand

 private:
  Partition* partition_;
  StrandOwner* owner_;
  std::size_t number_;
  // A vector with a moving head: thousands of token strands come and go, and a std::deque costs
  // half a kilobyte each before it holds anything.
  std::vector<Stretch> queue_;
  std::size_t head_ = 0;
  std::size_t queued_ = 0;
};

}  // namespace strandline::detail

#include "consumer/intake.h"

#include <algorithm>

namespace strandline::detail {

namespace {
constexpr auto kSweepInterval = std::chrono::milliseconds(100);
}

Intake::Intake(const ConsumerConfig& config, const InFlightLimits& limits, BrokerEvents& events,
               Assignment& assignment, Dispatcher& dispatcher, BatchPool& pool, const Clock& clock,
               InstanceStats& counters)
    : config_(config),
      events_(events),
      assignment_(assignment),
      dispatcher_(dispatcher),
      pool_(pool),
      counters_(counters),
      gate_(limits.records_max, limits.bytes_max, limits.low_mark),
      next_sweep_(clock.now()) {}

void Intake::weigh(TimePoint now) {
  in_flight_ = 0;
  bytes_ = 0;
  for (const AssignedPart& part : assignment_.parts()) {
    Partition& partition = *part.partition;
    in_flight_ += partition.in_flight();
    bytes_ += partition.bytes();
    partition.gate.update(partition.in_flight(), partition.bytes(), now);
  }
  gate_.update(in_flight_, bytes_, now);
}

bool Intake::turn(TimePoint now) {
  bool open = !gate_.closed();
  const bool sweep = now >= next_sweep_;
  if (sweep) next_sweep_ = now + kSweepInterval;

  bool took = false;
  const std::size_t count = assignment_.parts().size();
  for (std::size_t i = 0; i < count; ++i) {
    AssignedPart& part = assignment_.parts()[(first_ + i) % count];
    Partition& partition = *part.partition;
    if (!open || partition.gate.closed() || partition.draining) continue;
    if (!part.feed->ready() && !sweep) continue;
    if (waits_for_commit(partition)) continue;
    const std::size_t max =
        std::min({config_.fetch.batch_records_max, partition.gate.room(partition.in_flight()),
                  gate_.room(in_flight_)});
    if (max > 0 && take(part, max)) {
      took = true;
      // Looked at after each batch: a batch's bytes are known only when it is there, and one from
      // every partition would be many times the limit.
      open = gate_.update(in_flight_, bytes_, now);
    }
  }
  if (count > 0) first_ = (first_ + 1) % count;
  return took;
}

/// `per_batch`: not before what can finish has finished and is committed. A parked record, and what
/// waits behind it, cannot.
bool Intake::waits_for_commit(Partition& partition) const {
  return config_.commit.mode == CommitMode::per_batch &&
         (partition.ledger().dirty() || !dispatcher_.quiet(partition));
}

bool Intake::take(AssignedPart& part, std::size_t max) {
  Partition& partition = *part.partition;
  AdmittedBatch& batch = pool_.take();
  std::uint64_t filtered = 0;
  part.feed->fetch(max, partition.expected(), batch.records, filtered, events_);
  partition.counters.duplicates_filtered += filtered;
  counters_.duplicates_filtered += filtered;
  if (batch.records.empty()) {
    pool_.give_back(batch);
    return false;
  }
  counters_.polled += batch.records.size();
  counters_.polled_bytes += batch.records.bytes;
  in_flight_ += batch.records.size();
  bytes_ += batch.records.bytes;
  dispatcher_.admit(partition, batch);
  return true;
}

}  // namespace strandline::detail

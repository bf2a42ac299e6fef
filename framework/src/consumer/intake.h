#pragma once

#include <strandline/config.h>
#include <strandline/stats.h>

#include "base/clock.h"
#include "consumer/assignment.h"
#include "dispatch/dispatcher.h"
#include "kafka/broker_client.h"
#include "partition/batch_pool.h"
#include "partition/gate.h"

#include <cstddef>

namespace strandline::detail {

/// Takes records from the partitions' queues, round-robin, as far as back-pressure lets it. A
/// partition that is held back is simply not read: `pause()` would throw its prefetch away, in
/// every librdkafka version, and has stuck partitions. Poller thread only.
class Intake {
 public:
  Intake(const ConsumerConfig& config, const InFlightLimits& limits, BrokerEvents& events,
         Assignment& assignment, Dispatcher& dispatcher, BatchPool& pool, const Clock& clock,
         InstanceStats& counters);

  /// What is in flight and where there is room, as of now. Each turn, also while nothing is taken
  /// any more: the dispatch goes by it, and so does whoever looks at the statistics of a stop.
  void weigh(TimePoint now);
  /// After `weigh`: one batch at most from each partition that has something and room; true when
  /// any was taken.
  bool turn(TimePoint now);
  [[nodiscard]] const Gate& gate() const noexcept { return gate_; }
  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  bool take(AssignedPart& part, std::size_t max);
  [[nodiscard]] bool waits_for_commit(Partition& partition) const;

  const ConsumerConfig& config_;
  BrokerEvents& events_;
  Assignment& assignment_;
  Dispatcher& dispatcher_;
  BatchPool& pool_;
  InstanceStats& counters_;
  Gate gate_;                  ///< of the whole consumer
  std::size_t in_flight_ = 0;  ///< of all partitions, as of this turn
  std::size_t bytes_ = 0;
  std::size_t first_ = 0;  ///< where the next turn begins, so that none is always last
  TimePoint next_sweep_;   ///< a lost wake-up must not silence a partition for longer than this
};

}  // namespace strandline::detail

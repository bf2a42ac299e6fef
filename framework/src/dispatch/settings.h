#pragma once

#include <strandline/config.h>
#include <strandline/detail/handler_source.h>

#include "executor/job.h"
#include "partition/partition.h"

#include <chrono>
#include <cstddef>

namespace strandline::detail {

/// Takes jobs off the poller's hands. Implemented over the worker pool; tests run them by hand.
class JobSink {
 public:
  virtual ~JobSink() = default;
  virtual void submit(Job* const* jobs, std::size_t count) = 0;
};

/// What dispatching needs to know, worked out once from the configuration and the handler's form.
struct DispatchSettings {
  Ordering order = Ordering::partition;
  HandlerKind kind = HandlerKind::record;
  bool handler_per_strand = false;
  std::size_t batch_max = 1000;
  std::size_t async_max = 1000;
  std::size_t workers = 1;
  /// Runs that may be out at once: enough that no worker waits for the poller, few enough that
  /// looking through them for slow ones costs nothing, and that what has not begun is taken back
  /// quickly.
  std::size_t runs_max = 256;
  /// A run is cut so that it takes about this long, as measured on the runs before: long enough
  /// that the hand-off costs nothing, short enough that positions move and partitions take turns.
  std::chrono::nanoseconds run_target = std::chrono::milliseconds(2);
  /// A run that has been with its worker for longer gives back what it has not begun.
  std::chrono::nanoseconds slow_after = std::chrono::milliseconds(10);
  PartitionSettings partition{};
};

[[nodiscard]] DispatchSettings dispatch_settings(const ConsumerConfig& config,
                                                 const HandlerSource& source, unsigned workers);

}  // namespace strandline::detail

#include "dispatch/settings.h"

#include <algorithm>
#include <bit>

namespace strandline::detail {

namespace {

/// Enough lanes that all workers find one that is free, few enough that a polled batch is not cut
/// into single records when there are few workers. A power of two, so that a hash picks one by
/// masking.
std::size_t key_lanes(unsigned workers) {
  return std::clamp<std::size_t>(std::bit_ceil(std::size_t{workers} * 4), 16, 4096);
}

}  // namespace

DispatchSettings dispatch_settings(const ConsumerConfig& config, const HandlerSource& source,
                                   unsigned workers) {
  DispatchSettings settings;
  settings.order = config.order;
  settings.kind = source.kind;
  settings.handler_per_strand = source.per_strand;
  settings.batch_max = config.fetch.batch_records_max;
  settings.workers = workers;
  settings.runs_max = std::max<std::size_t>(settings.runs_max, std::size_t{2} * workers);
  settings.async_max = std::max<std::size_t>(1, config.async_max / config.instances);

  PartitionSettings& partition = settings.partition;
  partition.limits = config.in_flight;
  // Never none at all: a gate of size 0 would let nothing in, in silence.
  const auto share = [&](std::size_t limit) {
    return std::max<std::size_t>(1, limit / config.instances);
  };
  partition.limits.records_max = share(partition.limits.records_max);
  partition.limits.bytes_max = share(partition.limits.bytes_max);
  switch (config.order) {
    case Ordering::partition:
      partition.isolation =
          source.kind == HandlerKind::async ? Isolation::token : Isolation::strand;
      break;
    case Ordering::key: {
      partition.strands = key_lanes(workers);
      const bool strand = source.kind == HandlerKind::batch ||
                          (source.kind == HandlerKind::record && source.per_strand);
      partition.isolation = strand ? Isolation::strand : Isolation::token;
      break;
    }
    case Ordering::none:
      partition.isolation = Isolation::token;
      partition.out_max = std::max(4U, workers * 2);
      break;
  }
  return settings;
}

}  // namespace strandline::detail

#pragma once

#include <strandline/config.h>

#include "base/clock.h"
#include "base/log_throttle.h"
#include "base/message_source.h"
#include "partition/partition.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace strandline::detail {

/// Puts an admitted batch into the lanes of its partition: all into one (partition order), by the
/// hash of the key (key order), or all into one that several workers may take from (no order).
///
/// Key order also gives each record its *token*: the hash of its key, which is what a later record
/// with the same key waits for. Two keys with the same 64-bit hash would only wait for one another;
/// none would run out of order. Null keys share one token and so keep partition order among
/// themselves. Poller thread only.
class Router {
 public:
  Router(Ordering order, KeyExtractor extractor, bool handler_per_strand, MessageSource& messages,
         const Clock& clock)
      : order_(order),
        extractor_(std::move(extractor)),
        handler_per_strand_(handler_per_strand),
        messages_(messages),
        clock_(clock) {}

  /// Appends to the partition's lanes; `touched` gets each lane that received something.
  void route(Partition& partition, AdmittedBatch& batch, std::vector<Strand*>& touched);

  /// What a record has to wait for, and make others wait for.
  [[nodiscard]] std::uint64_t token_of(const AdmittedBatch& batch,
                                       std::uint32_t position) const noexcept;

 private:
  void route_by_key(Partition& partition, AdmittedBatch& batch, std::vector<Strand*>& touched);
  void hash_keys(const Partition& partition, AdmittedBatch& batch);
  [[nodiscard]] std::uint64_t key_hash(const RecordFields& fields) noexcept;
  [[nodiscard]] std::uint64_t key_hash_by_extractor(const RecordFields& fields) noexcept;
  void say_extractor_threw(const RecordFields& fields, const std::string& why) noexcept;

  Ordering order_;
  KeyExtractor extractor_;
  bool handler_per_strand_;
  MessageSource& messages_;
  const Clock& clock_;
  LogThrottle extractor_said_{std::chrono::seconds(1)};
  // Scratch: as many as stay in the nearest cache with the keys that were asked for.
  std::array<RecordFields, 16> fields_{};
  std::vector<std::uint32_t> lane_ends_{};  // scratch, kept for its capacity
};

}  // namespace strandline::detail

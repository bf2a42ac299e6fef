#pragma once

#include <strandline/result.h>

#include "partition/partition.h"
#include "retry/dead_letter.h"

#include <cstdint>
#include <functional>

namespace strandline::detail {

/// What dispatching needs from the consumer around it. Poller thread only.
class DispatchEvents {
 public:
  virtual ~DispatchEvents() = default;
  /// The failure policy says stop: the consumer drains, commits and ends with this error.
  virtual void on_stop_required(Error error) = 0;
  virtual void on_commit_requested(Partition& partition,
                                   std::function<void(Result<Offset>)> answer) = 0;
  /// Produces it; `Dispatcher::on_dead_letter_delivered` follows, unless this returns an error.
  virtual Result<void> send_dead_letter(const DeadLetter& letter, std::uint64_t token) = 0;
};

/// How a record came to its end.
enum class Finish : std::uint8_t { processed, dead_lettered, dropped };

/// The part of the dispatcher that its desks use.
class StrandBooks {
 public:
  virtual ~StrandBooks() = default;
  /// The strand may have become ready, or idle.
  virtual void requeue(Strand& strand) = 0;
  virtual void finished(Partition& partition, Item item, Finish how) = 0;
};

}  // namespace strandline::detail

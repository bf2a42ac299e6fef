#pragma once

#include <strandline/batch.h>
#include <strandline/completion.h>
#include <strandline/context.h>
#include <strandline/outcome.h>
#include <strandline/record.h>

#include <cstddef>

namespace strandline {

/// Handles one record at a time. Throwing is a failed attempt: the failure policy decides.
/// Thread safety: an instance made by a factory (`Consumer::run(factory)`) belongs to one strand
/// and is never called from two threads at once, so its state needs no lock. An instance shared
/// through `run(Handler&)` is called from many workers at once.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Outcome handle(const Record& record, Context& context) = 0;
};

/// Handles a run of records of one partition, in order. Thread safety as `Handler`.
class BatchHandler {
 public:
  virtual ~BatchHandler() = default;
  virtual BatchOutcome handle(const Batch& batch, Context& context) = 0;
};

/// Starts work on a record and returns at once; the answer comes later, from any thread, through
/// the completion. With `Ordering::partition` and `Ordering::key` the next record of the same order
/// starts only after the answer. Throwing is a failed attempt, unless the completion was moved
/// away. Thread safety: as `Handler`; `context` lives until the completion is answered.
class AsyncHandler {
 public:
  virtual ~AsyncHandler() = default;
  virtual void handle(const Record& record, Context& context, Completion completion) = 0;
};

/// Which strand a factory is asked to make a handler for.
struct StrandInfo {
  TopicPartition partition;
  /// With `Ordering::key` the strand's number within its partition. Else 0, also for each of the
  /// several handlers that a partition without order has.
  std::size_t strand = 0;
};

}  // namespace strandline

#include "dispatch/run.h"

#include "base/failure.h"
#include "dispatch/commit_request.h"

#include <algorithm>
#include <new>

namespace strandline::detail {

void Run::prepare() {
  size_ = 0;
  for (const Stretch& part : parts) size_ += part.size();
  limit = size_;
  settled = 0;
  begun = 0;
  failures.clear();
  seen_begun = {};
  empty_handed = false;
  cursor_.store(0, std::memory_order_relaxed);
  done_.store(0, std::memory_order_relaxed);
  // One stretch in offset order is read where it lies; anything else is gathered.
  if (parts.size() == 1 && parts.front().batch->index_by_position.empty()) {
    messages_ = parts.front().batch->records.messages.data() + parts.front().begin;
    return;
  }
  gathered_.clear();
  for (const Stretch& part : parts) {
    for (std::uint32_t position = part.begin; position < part.end; ++position) {
      gathered_.push_back(part.batch->message_at(position));
    }
  }
  messages_ = gathered_.data();
}

std::uint32_t Run::take_back() noexcept {
  // Acquire: what the worker did before it claimed its last records happened before this. Release:
  // a worker that claims after this finds nothing and touches nothing.
  const std::uint32_t claimed = cursor_.exchange(size_, std::memory_order_acq_rel);
  if (claimed >= kStopped) {
    // The worker has ended the run itself and will not look at the cursor again: leave its mark in
    // place.
    cursor_.store(kStopped, std::memory_order_release);
    return limit;
  }
  limit = std::min({limit, claimed, size_});
  return limit;
}

void Run::run() noexcept {
  const TimePoint start = environment_.clock.now();
  if (auto* records = std::get_if<std::shared_ptr<Handler>>(&handler)) {
    run_records(**records);
  } else if (auto* batches = std::get_if<std::shared_ptr<BatchHandler>>(&handler)) {
    run_batches(**batches);
  }
  elapsed = environment_.clock.now() - start;
  // The poller may recycle this run at once: nothing of it is touched after the push.
  environment_.port->push(*this);
}

void Run::run_records(Handler& records) noexcept {
  static constexpr std::uint32_t kChunk = 16;
  RecordFields fields[kChunk];
  while (true) {
    const std::uint32_t first = cursor_.fetch_add(claim, std::memory_order_acq_rel);
    if (first >= size_) return;
    const std::uint32_t last = std::min(first + claim, size_);
    for (std::uint32_t index = first; index < last;) {
      const std::uint32_t count = std::min(kChunk, last - index);
      environment_.messages.read(messages_ + index, count, partition->id(), fields);
      for (std::uint32_t i = 0; i < count; ++i, ++index) {
        // What is claimed cannot be taken back. After the drain's deadline, or when the partition
        // was lost, it is handled by others: only the record at work may end late.
        if (index > first && partition->stop.stop_requested()) [[unlikely]] {
          begun = index;
          return;
        }
        if (!handle_record(records, fields[i], index)) return;
        // Release: what the handler did is done before the poller books the record as finished.
        done_.store(index + 1, std::memory_order_release);
      }
    }
    begun = last;
  }
}

bool Run::handle_record(Handler& records, const RecordFields& fields,
                        std::uint32_t index) noexcept {
  current_end_ = index + 1;
  try {
    const Record record(fields);
    // One each: a failure that a handler named and then got over is no other record's.
    Context context(*this, index == 0 ? first_attempt : 1);
    const Outcome outcome = records.handle(record, context);
    if (outcome == Outcome::done) [[likely]] {
      return true;
    }
    failed(index, outcome, context.take_failure());
  } catch (...) {
    failed(index, Outcome::retry, failure_of(std::current_exception()));
  }
  // The records behind it may have to wait for it: the poller sorts that out.
  stop_at(index + 1);
  return false;
}

void Run::run_batches(BatchHandler& batches) noexcept {
  while (true) {
    const std::uint32_t first = cursor_.fetch_add(claim, std::memory_order_acq_rel);
    if (first >= size_) return;
    const std::uint32_t last = std::min(first + claim, size_);
    handle_batch(batches, first, last);
    if (begun < last || !failures.empty()) return;
  }
}

void Run::handle_batch(BatchHandler& batches, std::uint32_t first, std::uint32_t last) noexcept {
  current_end_ = last;
  const std::size_t count = last - first;
  try {
    // Raw storage: records cannot be moved, so a vector cannot grow with them. A thread keeps its
    // own.
    thread_local std::vector<RecordFields> fields;
    thread_local std::vector<std::byte> storage;
    fields.resize(count);
    storage.resize(count * sizeof(Record));
    environment_.messages.read(messages_ + first, count, partition->id(), fields.data());
    auto* records = reinterpret_cast<Record*>(storage.data());
    for (std::size_t i = 0; i < count; ++i) std::construct_at(records + i, fields[i]);
    Context context(*this, first == 0 ? first_attempt : 1);
    apply(batches.handle(Batch(records, count), context), first, last);
  } catch (...) {
    const Failure failure = failure_of(std::current_exception());
    // `apply` may have thrown half-way; a batch is one claim, so all of them are of this call.
    failures.clear();
    for (std::uint32_t index = first; index < last; ++index) {
      failed(index, Outcome::retry, failure);
    }
    stop_at(last);
  }
}

void Run::apply(const BatchOutcome& outcome, std::uint32_t first, std::uint32_t last) {
  if (outcome.kind() == BatchOutcome::Kind::failed) {
    for (std::uint32_t index = first; index < last; ++index) {
      failed(index, Outcome::retry, outcome.whole_failure());
    }
    return stop_at(last);
  }
  std::uint32_t end = last;
  if (outcome.kind() == BatchOutcome::Kind::done_through) {
    const auto through = [&](std::uint32_t index) {
      RecordFields fields;
      environment_.messages.read(messages_ + index, 1, partition->id(), &fields);
      return fields.offset <= outcome.through().value();
    };
    for (end = first; end < last && through(end);) ++end;
    if (end == first) {
      failed(first, Outcome::retry, Failure{"done_through() finished no record", {}, {}});
      return stop_at(first + 1);
    }
  }
  for (const BatchOutcome::FailedRecord& record : outcome.failed_records()) {
    const auto index = first + static_cast<std::uint32_t>(record.index);
    if (record.index < last - first && index < end) failed(index, record.outcome, record.failure);
  }
  order_failures();
  begun = end;
  if (end < last || !failures.empty()) stop_at(end);
}

/// The books go through a run from front to back; a handler may name its failures in any order, and
/// one twice: then its last word counts.
void Run::order_failures() {
  std::ranges::stable_sort(failures, {}, &RunFailure::index);
  const auto same = [](const RunFailure& a, const RunFailure& b) { return a.index == b.index; };
  const auto kept = std::unique(failures.rbegin(), failures.rend(), same);
  failures.erase(failures.begin(), kept.base());
}

void Run::failed(std::uint32_t index, Outcome outcome, Failure failure) {
  failures.push_back({index, outcome, std::move(failure)});
}

void Run::stop_at(std::uint32_t end) noexcept {
  begun = end;
  cursor_.exchange(kStopped, std::memory_order_acq_rel);
}

void Run::commit(std::function<void(Result<Offset>)> answer) {
  environment_.port->push(
      *new CommitRequest(environment_.owner, *this, current_end_, std::move(answer)));
}

void Run::resume_after(std::chrono::nanoseconds /*delay*/, std::coroutine_handle<> waiter,
                       SleepRoom& /*room*/) {
  // Only coroutine handlers can await, and they run as asynchronous calls, never in a Run.
  waiter.resume();
}

}  // namespace strandline::detail

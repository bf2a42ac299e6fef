#include "partition/partition.h"

#include "base/assert.h"

#include <algorithm>
#include <utility>

namespace strandline::detail {

Partition::Partition(TopicPartition id, Epoch epoch, const PartitionSettings& settings,
                     StrandOwner& owner, BatchPool& pool)
    : gate(settings.limits.records_max_per_partition, settings.limits.bytes_max_per_partition,
           settings.limits.low_mark),
      id_(std::make_shared<const TopicPartition>(std::move(id))),
      epoch_(epoch),
      isolation_(settings.isolation),
      owner_(owner),
      pool_(pool) {
  lanes_.reserve(settings.strands);
  for (std::size_t i = 0; i < settings.strands; ++i) {
    lanes_.push_back(std::make_unique<Strand>(*this, owner, i));
    lanes_.back()->out_max = settings.out_max;
  }
}

Partition::~Partition() {
  // Only at the very end of a consumer: what a stuck handler still reads must not be released.
  for (AdmittedBatch* batch : batches_) batch->partition = nullptr;
}

void Partition::admit(AdmittedBatch& batch, TimePoint now) {
  batch.partition = this;
  batch.admitted_at = now;
  batch.first_sequence = tracker_.admit(batch.records.offsets);
  batch.unfinished = static_cast<std::uint32_t>(batch.records.size());
  batch.slot = batches_.size();
  batches_.push_back(&batch);
  bytes_ += batch.records.bytes;
}

std::size_t Partition::finish(AdmittedBatch& batch, std::uint32_t begin, std::uint32_t end) {
  if (fenced_) return 0;
  std::size_t newly = 0;
  if (batch.index_by_position.empty()) {
    newly = tracker_.complete(batch.first_sequence + begin, end - begin);
  } else {
    // One lane's share of a batch: its indices rise with the positions.
    newly = tracker_.complete(
        batch.first_sequence,
        std::span<const std::uint32_t>(batch.index_by_position.data() + begin, end - begin));
  }
  batch.unfinished -= static_cast<std::uint32_t>(newly);
  ledger_.advance(tracker_.commit_position());
  return newly;
}

void Partition::forget_attempts(const AdmittedBatch& batch, std::uint32_t begin,
                                std::uint32_t end) {
  // Few have failed of the many that finish, so the few are looked through and not the many.
  if (failed_attempts.size() < end - begin) {
    std::erase_if(failed_attempts,
                  [&](const auto& failed) { return batch.covers(begin, end, failed.first); });
    return;
  }
  for (std::uint32_t position = begin; position < end; ++position) {
    failed_attempts.erase(batch.sequence_at(position));
  }
}

void Partition::let_go(AdmittedBatch& batch) {
  if (batch.holders > 0 || (batch.unfinished > 0 && !fenced_)) return;
  bytes_ -= batch.records.bytes;
  batches_.back()->slot = batch.slot;
  std::swap(batches_[batch.slot], batches_.back());
  batches_.pop_back();
  pool_.give_back(batch);
}

void Partition::drain(Offset highest_begun) noexcept {
  draining = true;
  const Offset mark = std::max(highest_begun, tracker_.highest_completed());
  for_each_strand([&](Strand& strand) { set_aside_ += strand.cut(mark); });
}

bool Partition::any_ready() const {
  bool any = false;
  for_each_strand([&](const Strand& strand) { any |= strand.ready(); });
  return any;
}

void Partition::fence() noexcept {
  fenced_ = true;
  set_aside_ = 0;
  draining = true;
  stop.request_stop();
  for (const auto& lane : lanes_) {
    lane->clear();
    lane->open_tokens = 0;
  }
  tokens_.clear();
  // Backwards, since giving a batch back moves the last one into its place.
  for (std::size_t i = batches_.size(); i > 0; --i) let_go(*batches_[i - 1]);
}

Strand* Partition::find_token(std::uint64_t token) noexcept {
  const auto found = tokens_.find(token);
  return found == tokens_.end() ? nullptr : found->second.get();
}

Partition::OpenToken Partition::open_token(std::uint64_t token, Strand& home) {
  if (spare_.empty()) {
    Tokens made;
    made.emplace(token, std::make_unique<Strand>(*this, owner_, 0));
    spare_.push_back(made.extract(made.begin()));
  }
  spare_.back().key() = token;
  Tokens::insert_return_type opened = tokens_.insert(std::move(spare_.back()));
  Strand& strand = *opened.position->second;
  if (!opened.inserted) {
    STRANDLINE_ASSERT(strand.home == &home, "all records of a token come by one lane");
    spare_.back() = std::move(opened.node);
    return {strand, false};
  }
  spare_.pop_back();
  strand.token = token;
  strand.home = &home;
  ++home.open_tokens;
  return {strand, true};
}

void Partition::close_token(Strand& strand) {
  STRANDLINE_ASSERT(strand.token.has_value(), "only the strand of a token is closed");
  --strand.home->open_tokens;
  Tokens::node_type closed = tokens_.extract(*strand.token);
  if (spare_.size() < 1024) spare_.push_back(std::move(closed));
}

std::size_t Partition::queued() const noexcept {
  std::size_t records = set_aside_;
  for_each_strand([&](const Strand& strand) { records += strand.queued(); });
  return records;
}

std::size_t Partition::busy_strands() const noexcept {
  const auto busy = std::ranges::count_if(lanes_, [](const auto& lane) { return !lane->idle(); });
  return static_cast<std::size_t>(busy) + tokens_.size();
}

Duration Partition::oldest_age(TimePoint now) const {
  const auto oldest = tracker_.oldest_unfinished();
  if (!oldest) return Duration::zero();
  const auto batch =
      std::ranges::find_if(batches_, [&](const AdmittedBatch* one) { return one->holds(*oldest); });
  return batch == batches_.end() ? Duration::zero() : now - (*batch)->admitted_at;
}

PartitionStats Partition::snapshot(TimePoint now) const {
  PartitionStats stats = counters;
  const auto in_ms = [](Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  };
  stats.partition = *id_;
  stats.epoch = epoch_;
  stats.commit_position = ledger_.position();
  stats.committed = ledger_.committed();
  // Worked out anew: what was noted a moment ago would show a lag behind what the final commit
  // covers.
  if (stats.high_watermark.is_valid() && stats.commit_position.is_valid()) {
    stats.lag =
        std::max<std::int64_t>(0, stats.high_watermark.value() - stats.commit_position.value());
  }
  stats.highest_seen = tracker_.highest_seen();
  stats.highest_completed = tracker_.highest_completed();
  stats.gated_total = in_ms(gate.total(now));
  stats.idle_total = in_ms(idle_total_);
  stats.in_flight = tracker_.in_flight();
  stats.in_flight_bytes = bytes_;
  stats.queued = queued();
  stats.gated = gate.closed();
  stats.gated_age = in_ms(gate.age(now));
  stats.oldest_unfinished = tracker_.oldest_unfinished_offset();
  stats.oldest_age = in_ms(oldest_age(now));
  return stats;
}

}  // namespace strandline::detail

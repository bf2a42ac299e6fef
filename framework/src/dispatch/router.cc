#include "dispatch/router.h"

#include "base/failure.h"
#include "base/log.h"

#include <xxhash.h>

#include <algorithm>
#include <cstddef>

namespace strandline::detail {

namespace {

constexpr std::uint64_t kNullKeyToken = 0;

std::uint64_t hash(const char* data, std::size_t size) noexcept { return XXH3_64bits(data, size); }

}  // namespace

void Router::route(Partition& partition, AdmittedBatch& batch, std::vector<Strand*>& touched) {
  if (order_ == Ordering::key) return route_by_key(partition, batch, touched);
  Strand& lane = partition.lane(0);
  lane.push_back({&batch, 0, static_cast<std::uint32_t>(batch.records.size())});
  touched.push_back(&lane);
}

void Router::route_by_key(Partition& partition, AdmittedBatch& batch,
                          std::vector<Strand*>& touched) {
  hash_keys(partition, batch);
  const std::size_t lanes = partition.lane_count();  // a power of two
  const auto lane_of = [&](std::uint64_t token) { return (token >> 32) & (lanes - 1); };

  // A counting sort by lane: afterwards what one lane gets is one stretch, in offset order.
  lane_ends_.assign(lanes + 1, 0);
  for (const std::uint64_t token : batch.tokens) ++lane_ends_[lane_of(token) + 1];
  for (std::size_t lane = 1; lane <= lanes; ++lane) lane_ends_[lane] += lane_ends_[lane - 1];
  batch.index_by_position.resize(batch.tokens.size());
  for (std::uint32_t index = 0; index < batch.tokens.size(); ++index) {
    batch.index_by_position[lane_ends_[lane_of(batch.tokens[index])]++] = index;
  }

  std::uint32_t begin = 0;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const std::uint32_t end = lane_ends_[lane];
    if (end == begin) continue;
    partition.lane(lane).push_back({&batch, begin, end});
    touched.push_back(&partition.lane(lane));
    // With a handler per strand the strand is what orders: its number takes the key's place.
    if (handler_per_strand_) {
      for (std::uint32_t position = begin; position < end; ++position) {
        batch.tokens[batch.index_by_position[position]] = lane;
      }
    }
    begin = end;
  }
}

void Router::hash_keys(const Partition& partition, AdmittedBatch& batch) {
  const std::size_t count = batch.records.size();
  batch.tokens.resize(count);
  // A few records at a time, so that what was read of them is still in the nearest cache.
  for (std::size_t first = 0; first < count; first += fields_.size()) {
    const std::size_t some = std::min(fields_.size(), count - first);
    messages_.read(batch.records.messages.data() + first, some, partition.id(), fields_.data());
    // The keys lie in the receive buffer that another core filled: asking for all of them before
    // the first is needed hides most of the wait, the largest part of what key order costs.
    for (std::size_t i = 0; i < some; ++i) __builtin_prefetch(fields_[i].key);
    for (std::size_t i = 0; i < some; ++i) batch.tokens[first + i] = key_hash(fields_[i]);
  }
}

std::uint64_t Router::key_hash(const RecordFields& fields) noexcept {
  if (extractor_) return key_hash_by_extractor(fields);
  return fields.key == nullptr ? kNullKeyToken : hash(fields.key, fields.key_size);
}

std::uint64_t Router::key_hash_by_extractor(const RecordFields& fields) noexcept {
  try {
    const Record record(fields);
    const auto key = extractor_(record);
    return key ? hash(key->data(), key->size()) : kNullKeyToken;
  } catch (...) {
    say_extractor_threw(fields, failure_of(std::current_exception()).why);
  }
  return kNullKeyToken;
}

void Router::say_extractor_threw(const RecordFields& fields, const std::string& why) noexcept {
  const auto unsaid = extractor_said_.admit(clock_.now());
  if (!unsaid) return;
  log(LogLevel::error,
      "the key extractor threw for {}@{}: {}; ordered as a null key (such records since the last "
      "such line: {})",
      to_string(*fields.partition), fields.offset, why, *unsaid + 1);
}

std::uint64_t Router::token_of(const AdmittedBatch& batch, std::uint32_t position) const noexcept {
  switch (order_) {
    case Ordering::partition:
      return 0;
    case Ordering::key:
      return batch.tokens[batch.index_at(position)];
    case Ordering::none:
      break;
  }
  return batch.sequence_at(position);
}

}  // namespace strandline::detail

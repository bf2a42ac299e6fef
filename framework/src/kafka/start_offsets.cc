#include "kafka/start_offsets.h"

#include "kafka/error_map.h"
#include "kafka/partition_list.h"

namespace strandline::detail {

namespace {

std::int64_t to_librdkafka(const StartOffset& start) noexcept {
  switch (start.kind) {
    case StartOffset::Kind::beginning:
      return RD_KAFKA_OFFSET_BEGINNING;
    case StartOffset::Kind::end:
      return RD_KAFKA_OFFSET_END;
    case StartOffset::Kind::offset:
      return start.value;
    case StartOffset::Kind::committed:
    case StartOffset::Kind::timestamp:
      break;
  }
  return RD_KAFKA_OFFSET_STORED;
}

using Times = std::map<TopicPartition, std::int64_t>;

/// Adds to `offsets` where the times are; RD_KAFKA_OFFSET_END where no record is that young.
Result<void> look_up(rd_kafka_t& client, const Times& times, int timeout_ms,
                     StartOffsets& offsets) {
  PartitionListHandle list = new_list(times.size());
  for (const auto& [partition, time] : times) add(*list, partition).offset = time;
  const rd_kafka_resp_err_t whole = rd_kafka_offsets_for_times(&client, list.get(), timeout_ms);
  if (whole != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Unexpected(to_error(whole, "look-up of start offsets by time"));
  }
  for (const rd_kafka_topic_partition_t& found : elements(list.get())) {
    const TopicPartition partition = to_partition(found);
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Unexpected(
          to_error(found.err, "look-up of a start offset by time in " + to_string(partition)));
    }
    offsets[partition] = found.offset;
  }
  return {};
}

Result<std::int64_t> end_of(rd_kafka_t& client, const TopicPartition& partition, int timeout_ms) {
  std::int64_t low = 0;
  std::int64_t high = 0;
  const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
      &client, partition.topic.c_str(), partition.partition.value(), &low, &high, timeout_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Unexpected(to_error(error, "look-up of the end of " + to_string(partition)));
  }
  return high;
}

}  // namespace

Result<StartOffsets> resolve_start_offsets(rd_kafka_t& client,
                                           std::span<const AssignedPartition> assignment,
                                           std::chrono::milliseconds timeout) {
  StartOffsets offsets;
  Times times;
  for (const AssignedPartition& assigned : assignment) {
    if (assigned.start.kind == StartOffset::Kind::timestamp) {
      times[assigned.partition] = assigned.start.value;
    } else {
      offsets[assigned.partition] = to_librdkafka(assigned.start);
    }
  }
  if (times.empty()) return offsets;
  const int timeout_ms = static_cast<int>(timeout.count());
  if (const auto found = look_up(client, times, timeout_ms, offsets); !found) {
    return Unexpected(found.error());
  }
  // Where no record is that young yet, librdkafka would go to the end that it finds when it begins
  // to fetch, past all that is produced until then. So: the end as a number, and then the times
  // again, since a record may have come before that number was asked for.
  std::erase_if(times, [&](const auto& one) { return offsets[one.first] >= 0; });
  if (times.empty()) return offsets;
  StartOffsets ends;
  for (const auto& [partition, time] : times) {
    const auto end = end_of(client, partition, timeout_ms);
    if (!end) return Unexpected(end.error());
    ends[partition] = *end;
  }
  if (const auto found = look_up(client, times, timeout_ms, offsets); !found) {
    return Unexpected(found.error());
  }
  for (const auto& [partition, end] : ends) {
    if (offsets[partition] < 0) offsets[partition] = end;
  }
  return offsets;
}

}  // namespace strandline::detail

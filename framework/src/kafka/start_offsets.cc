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

}  // namespace

Result<StartOffsets> resolve_start_offsets(rd_kafka_t& client,
                                           std::span<const AssignedPartition> assignment,
                                           std::chrono::milliseconds timeout) {
  StartOffsets offsets;
  PartitionListHandle by_time = new_list(assignment.size());
  for (const AssignedPartition& assigned : assignment) {
    if (assigned.start.kind == StartOffset::Kind::timestamp) {
      add(*by_time, assigned.partition).offset = assigned.start.value;
    } else {
      offsets[assigned.partition] = to_librdkafka(assigned.start);
    }
  }
  if (by_time->cnt == 0) return offsets;

  const rd_kafka_resp_err_t whole =
      rd_kafka_offsets_for_times(&client, by_time.get(), static_cast<int>(timeout.count()));
  if (whole != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Unexpected(to_error(whole, "look-up of start offsets by time"));
  }
  for (const rd_kafka_topic_partition_t& found : elements(by_time.get())) {
    const TopicPartition partition = to_partition(found);
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Unexpected(
          to_error(found.err, "look-up of a start offset by time in " + to_string(partition)));
    }
    // No record is that young: librdkafka answers "end", which is what is wanted.
    offsets[partition] = found.offset;
  }
  return offsets;
}

}  // namespace strandline::detail

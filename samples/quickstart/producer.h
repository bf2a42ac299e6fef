#pragma once

#include "stream.h"

#include <cstdint>
#include <string>
#include <vector>

/// Everything that needs librdkafka itself: the other side of what strandline does.
namespace quickstart {

/// Which cluster and what on it.
struct Place {
  std::string bootstrap_servers;
  std::string topic;
  std::string group_id;
  bool mock = false;
};

/// Produces the stream up to `records` orders, never further than `Stream::allowed`, and never so
/// far ahead of the commit positions that the mock cluster would throw away what nobody has read. 0
/// when the broker has acknowledged all of it. For a process of its own.
[[nodiscard]] int produce(const Place& place, std::uint64_t records, Stream& stream);

struct PartitionPosition {
  int partition = 0;
  std::int64_t commit_position = -1;
  std::int64_t end_offset = -1;
};

/// Commit positions and ends of the log as an independent client reads them from the broker.
[[nodiscard]] std::vector<PartitionPosition> read_positions(const Place& place);

}  // namespace quickstart

#pragma once

#include <strandline/types.h>

#include "kafka/handles.h"

#include <cstddef>
#include <map>
#include <span>
#include <string>

namespace strandline::detail {

/// What the group has committed of newly assigned partitions, asked for beside librdkafka's own
/// look-up, which tells nobody: for the lag of partitions of which nothing has been read yet. Never
/// waits; a look-up that fails is forgotten, since only a number in the statistics depends on it.
/// Owner: the poller thread.
class CommittedLookup {
 public:
  CommittedLookup(rd_kafka_t& client, std::string group);

  void ask(std::span<const TopicPartition> partitions);
  /// Takes the answers that have come.
  void serve();
  void forget(std::span<const TopicPartition> partitions);
  /// Its answer; an invalid offset when nothing is committed. Null while there is none.
  [[nodiscard]] const Offset* find(const TopicPartition& partition) const;

 private:
  rd_kafka_t& client_;
  const std::string group_;
  QueueHandle answers_;
  std::size_t outstanding_ = 0;
  std::map<TopicPartition, Offset> known_{};
};

}  // namespace strandline::detail

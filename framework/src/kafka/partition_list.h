#pragma once

#include <strandline/types.h>

#include "kafka/handles.h"

#include <cstddef>
#include <span>
#include <vector>

namespace strandline::detail {

[[nodiscard]] inline TopicPartition to_partition(const rd_kafka_topic_partition_t& element) {
  return {element.topic, PartitionId{element.partition}};
}

[[nodiscard]] inline PartitionListHandle new_list(std::size_t capacity) {
  return PartitionListHandle{rd_kafka_topic_partition_list_new(static_cast<int>(capacity))};
}

inline rd_kafka_topic_partition_t& add(rd_kafka_topic_partition_list_t& list,
                                       const TopicPartition& partition) {
  return *rd_kafka_topic_partition_list_add(&list, partition.topic.c_str(),
                                            partition.partition.value());
}

/// Without offsets: librdkafka then starts from the committed ones.
[[nodiscard]] inline PartitionListHandle to_list(std::span<const TopicPartition> partitions) {
  PartitionListHandle list = new_list(partitions.size());
  for (const TopicPartition& partition : partitions) add(*list, partition);
  return list;
}

[[nodiscard]] inline std::span<const rd_kafka_topic_partition_t> elements(
    const rd_kafka_topic_partition_list_t* list) {
  if (list == nullptr) return {};
  return {list->elems, static_cast<std::size_t>(list->cnt)};
}

[[nodiscard]] inline std::vector<TopicPartition> to_partitions(
    const rd_kafka_topic_partition_list_t* list) {
  std::vector<TopicPartition> partitions;
  for (const auto& element : elements(list)) partitions.push_back(to_partition(element));
  return partitions;
}

}  // namespace strandline::detail

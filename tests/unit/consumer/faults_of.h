#pragma once

#include <strandline/config.h>

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace strandline {

/// A configuration with nothing wrong, to be spoilt by a test.
inline ConsumerConfig sound_config() {
  return {.bootstrap_servers = "localhost:9092", .group_id = "group", .topics = {"orders"}};
}

inline AssignedPartition assigned(std::string topic, std::int32_t partition,
                                  StartOffset start = {}) {
  return {{std::move(topic), PartitionId{partition}}, start};
}

inline ConsumerConfig sound_assignment() {
  return {.bootstrap_servers = "localhost:9092",
          .group_id = "group",
          .assignment = {assigned("orders", 0), assigned("orders", 1)}};
}

/// The fields that are found fault with. A fault without a problem or a hint counts as
/// "unexplained".
inline std::vector<std::string> faults_of(const ConsumerConfig& config) {
  std::vector<std::string> fields;
  for (const ConfigFault& fault : config.validate()) {
    const bool explained = !fault.problem.empty() && !fault.hint.empty();
    fields.push_back(explained ? fault.field : "unexplained " + fault.field);
  }
  return fields;
}

}  // namespace strandline

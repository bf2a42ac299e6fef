#pragma once

#include <strandline/config.h>

#include "support/cluster_fixture.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>

namespace strandline::testing {

inline constexpr int kRecords = 100;  // in each partition
inline constexpr const char* kDeadLetters = "orders.dead";

/// Two partitions, and one bad record in the first of them.
class FailureTest : public ClusterTest {
 protected:
  FailureTest() : ClusterTest(2) {}
  [[nodiscard]] std::size_t all() const { return static_cast<std::size_t>(partitions * kRecords); }
  static bool is_bad(const Record& record) {
    return record.partition() == PartitionId{0} && record.offset() == Offset{40};
  }
  /// Handles all but the bad record, which throws.
  [[nodiscard]] auto throwing() {
    return [this](const Record& record) {
      if (is_bad(record)) {
        ++attempts;
        throw std::runtime_error("no such customer");
      }
      journal.write(record);
    };
  }
  [[nodiscard]] ConsumerConfig config_with(Exhausted exhausted) const {
    ConsumerConfig settings = config();
    settings.failure.attempts_max = 3;
    settings.failure.exhausted = exhausted;
    if (exhausted == Exhausted::dead_letter) settings.failure.dead_letter_topic = kDeadLetters;
    return settings;
  }

  Journal journal;
  std::atomic<int> attempts{0};
};

}  // namespace strandline::testing

#pragma once

#include "base/message_source.h"

namespace strandline::detail {

/// Reads and frees librdkafka's messages. Stateless, hence safe from any thread for different
/// messages.
class RdkafkaMessages final : public MessageSource {
 public:
  [[nodiscard]] Timestamp timestamp(const void* message) const override;
  [[nodiscard]] std::size_t header_count(const void* message) const override;
  [[nodiscard]] RawHeader header(const void* message, std::size_t index) const override;

  void read(void* const* messages, std::size_t count, const TopicPartition& partition,
            RecordFields* fields) const noexcept override;
  void release(void* const* messages, std::size_t count) noexcept override;
};

}  // namespace strandline::detail

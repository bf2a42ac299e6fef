#pragma once

#include "base/message_source.h"
#include "common/filler.h"

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// Messages that lie in an array and cost nothing to make or to release, so that what is measured
/// is the framework alone. Their offsets are not their own: a batch has them.
class PlainMessages final : public strandline::detail::MessageSource {
 public:
  PlainMessages(std::size_t count, std::uint64_t keys) : messages_(count) {
    std::uint64_t key = 0;
    for (Message& message : messages_) {
      // A full period of keys in an order that is not theirs.
      key = (key + 7919) % keys;
      message.key = key_text(key);
      message.value.assign(100, 'v');
    }
  }

  /// A batch of messages from `first` on, with rising offsets from `offset` on.
  void fill(strandline::detail::RecordBatch& batch, std::size_t first, std::size_t count,
            std::int64_t offset) {
    for (std::size_t i = 0; i < count; ++i) {
      batch.messages.push_back(&messages_[(first + i) % messages_.size()]);
      batch.offsets.push_back(offset + static_cast<std::int64_t>(i));
    }
    batch.bytes += count * 108;
  }

  void read(void* const* messages, std::size_t count, const strandline::TopicPartition& partition,
            strandline::detail::RecordFields* fields) const noexcept override {
    for (std::size_t i = 0; i < count; ++i) {
      const auto& message = *static_cast<const Message*>(messages[i]);
      fields[i] = {message.key.data(),
                   message.key.size(),
                   message.value.data(),
                   message.value.size(),
                   0,
                   &partition,
                   &message,
                   this};
    }
  }
  void release(void* const*, std::size_t) noexcept override {}
  [[nodiscard]] strandline::Timestamp timestamp(const void*) const override { return {}; }
  [[nodiscard]] std::size_t header_count(const void*) const override { return 0; }
  [[nodiscard]] strandline::detail::RawHeader header(const void*, std::size_t) const override {
    return {};
  }

 private:
  struct Message {
    std::string key;
    std::string value;
  };
  std::vector<Message> messages_;
};

}  // namespace bench

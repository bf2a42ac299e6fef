#pragma once

#include "base/message_source.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace strandline::test {

struct FakeMessage {
  std::int64_t offset = 0;
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers{};
  std::int64_t timestamp_ms = -1;
};

/// Messages without a broker, counted: what is live has not been released.
class FakeMessages final : public detail::MessageSource {
 public:
  ~FakeMessages() override {
    for (FakeMessage* message : live_) delete message;
  }

  void* make(FakeMessage message) {
    return *live_.insert(new FakeMessage(std::move(message))).first;
  }
  [[nodiscard]] std::size_t live() const noexcept { return live_.size(); }

  void read(void* const* messages, std::size_t count, const TopicPartition& partition,
            detail::RecordFields* fields) const noexcept override {
    for (std::size_t i = 0; i < count; ++i) {
      const auto& message = *static_cast<const FakeMessage*>(messages[i]);
      fields[i] = detail::RecordFields{message.key ? message.key->data() : nullptr,
                                       message.key ? message.key->size() : 0,
                                       message.value ? message.value->data() : nullptr,
                                       message.value ? message.value->size() : 0,
                                       message.offset,
                                       &partition,
                                       &message,
                                       this};
    }
  }
  void release(void* const* messages, std::size_t count) noexcept override {
    for (std::size_t i = 0; i < count; ++i) {
      auto* message = static_cast<FakeMessage*>(messages[i]);
      live_.erase(message);
      delete message;
    }
  }
  [[nodiscard]] Timestamp timestamp(const void* message) const override {
    const auto ms = static_cast<const FakeMessage*>(message)->timestamp_ms;
    return {ms < 0 ? TimestampType::not_available : TimestampType::create_time,
            std::chrono::milliseconds(ms)};
  }
  [[nodiscard]] std::size_t header_count(const void* message) const override {
    return static_cast<const FakeMessage*>(message)->headers.size();
  }
  [[nodiscard]] detail::RawHeader header(const void* message, std::size_t index) const override {
    const auto& [name, value] = static_cast<const FakeMessage*>(message)->headers[index];
    return {name, value ? *value : std::string_view{}, !value};
  }

 private:
  std::unordered_set<FakeMessage*> live_;
};

}  // namespace strandline::test

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// What is in one partition: offsets from `begin` up to, not including, `end`.
struct Extent {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  [[nodiscard]] std::uint64_t count() const noexcept {
    return static_cast<std::uint64_t>(end - begin);
  }
  [[nodiscard]] std::uint64_t sum() const noexcept {
    return static_cast<std::uint64_t>((begin + end - 1) * (end - begin) / 2);
  }
};

/// All of these throw std::runtime_error with librdkafka's reason.
void create_topic(const std::string& bootstrap_servers, const std::string& topic,
                  std::int32_t partitions);
void delete_topic(const std::string& bootstrap_servers, const std::string& topic);
[[nodiscard]] std::vector<Extent> extents(const std::string& bootstrap_servers,
                                          const std::string& topic, std::int32_t partitions);

/// A topic with a name of its own that goes with this object.
class TemporaryTopic {
 public:
  TemporaryTopic(std::string bootstrap_servers, std::int32_t partitions);
  TemporaryTopic(const TemporaryTopic&) = delete;
  TemporaryTopic& operator=(const TemporaryTopic&) = delete;
  ~TemporaryTopic();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  std::string bootstrap_servers_;
  std::string name_;
};

}  // namespace bench

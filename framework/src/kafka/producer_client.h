#pragma once

#include <strandline/result.h>
#include <strandline/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strandline::detail {

/// A record to be produced. Views: copied before `produce` returns.
struct OutgoingRecord {
  std::string_view topic;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  Timestamp timestamp{};
  std::vector<std::pair<std::string, std::optional<std::string>>> headers{};
};

/// Told what became of a produced record; called inside `ProducerClient::poll`, on the poller
/// thread.
class DeliveryEvents {
 public:
  virtual ~DeliveryEvents() = default;
  virtual void on_delivery(std::uint64_t token, Result<void> result) = 0;
};

/// Produces dead letters: acks=all, idempotent. Owner: the poller thread; nothing blocks. A port,
/// so that tests decide when and whether a dead letter is acknowledged.
class ProducerClient {
 public:
  virtual ~ProducerClient() = default;
  /// An error means that no `on_delivery` follows; `timed_out` that the queue is full: try later.
  virtual Result<void> produce(const OutgoingRecord& record, std::uint64_t token) = 0;
  virtual void poll(DeliveryEvents& events) = 0;
};

}  // namespace strandline::detail

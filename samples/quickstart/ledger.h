#pragma once

#include "stream.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>

namespace quickstart {

/// Who has handled what: every order of every customer exactly once, in the order of its sequence,
/// is what this checks. Thread safety: `handled` from any thread; the rest once all consumers have
/// ended.
class Ledger {
 public:
  /// `assignment` names the assignment of the partition under which the order was handled.
  void handled(Order order, std::uint32_t assignment) noexcept;

  /// Orders handled, each counted once however often it came.
  [[nodiscard]] std::uint64_t distinct() const;
  [[nodiscard]] std::uint64_t duplicates() const noexcept { return duplicates_; }
  /// Orders handled for the first time before their predecessor, and orders that came back within
  /// one assignment.
  [[nodiscard]] std::uint64_t out_of_order() const noexcept { return out_of_order_; }

 private:
  /// On a cache line of its own: workers handle orders of different customers at the same time.
  struct alignas(64) Customer {
    std::atomic<std::uint32_t> last{0};    ///< all orders up to this one were handled
    std::atomic<std::uint64_t> latest{0};  ///< assignment and sequence of the latest handling
  };

  void handled_early(Order order);

  std::unique_ptr<Customer[]> customers_ = std::make_unique<Customer[]>(kCustomers);
  std::atomic<std::uint64_t> duplicates_{0};
  std::atomic<std::uint64_t> out_of_order_{0};
  std::mutex early_mutex_{};
  /// Orders handled before a predecessor, by customer; stays empty when all is well.
  std::map<std::uint32_t, std::set<std::uint32_t>> early_{};
};

}  // namespace quickstart

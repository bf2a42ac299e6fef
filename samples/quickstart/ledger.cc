#include "ledger.h"

namespace quickstart {

void Ledger::handled(Order order, std::uint32_t assignment) noexcept {
  Customer& customer = customers_[order.customer];
  const std::uint64_t now = std::uint64_t{assignment} << 32 | order.sequence;
  const std::uint64_t before = customer.latest.exchange(now, std::memory_order_relaxed);
  if (before >> 32 == assignment && before >= now) ++out_of_order_;

  std::uint32_t last = order.sequence - 1;
  if (customer.last.compare_exchange_strong(last, order.sequence, std::memory_order_relaxed))
    return;
  if (order.sequence <= last) {
    ++duplicates_;
  } else {
    handled_early(order);
  }
}

void Ledger::handled_early(Order order) {
  const std::scoped_lock lock(early_mutex_);
  std::set<std::uint32_t>& early = early_[order.customer];
  std::atomic<std::uint32_t>& last = customers_[order.customer].last;
  // The gap before earlier ones may have been filled meanwhile.
  std::uint32_t known = last;
  while (early.contains(known + 1) && last.compare_exchange_strong(known, known + 1)) {
    early.erase(++known);
  }
  std::uint32_t predecessor = order.sequence - 1;
  if (last.compare_exchange_strong(predecessor, order.sequence)) return;
  if (order.sequence <= predecessor || !early.insert(order.sequence).second) {
    ++duplicates_;
  } else {
    ++out_of_order_;
  }
}

std::uint64_t Ledger::distinct() const {
  std::uint64_t sum = 0;
  for (std::uint32_t customer = 0; customer < kCustomers; ++customer) {
    const std::uint32_t last = customers_[customer].last;
    sum += last;
    if (const auto early = early_.find(customer); early != early_.end()) {
      for (const std::uint32_t sequence : early->second) sum += sequence > last ? 1 : 0;
    }
  }
  return sum;
}

}  // namespace quickstart

#include "kafka/rebalances.h"

#include <algorithm>
#include <utility>

namespace strandline::detail {

void Rebalances::push_loss_of_all() {
  std::erase_if(waiting_, [](const Rebalance& rebalance) { return !rebalance.lost; });
  push_revocation_of_rest(true);
}

bool Rebalances::push_revocation_of_all() {
  waiting_.clear();
  return push_revocation_of_rest(false);
}

bool Rebalances::push_revocation_of_rest(bool lost) {
  std::set<TopicPartition> rest = assigned_;
  if (outstanding_) {
    for (const TopicPartition& partition : outstanding_->partitions) {
      if (outstanding_->kind == Rebalance::Kind::assign) {
        rest.insert(partition);
      } else {
        rest.erase(partition);
      }
    }
  }
  for (const Rebalance& rebalance : waiting_) {
    for (const TopicPartition& partition : rebalance.partitions) rest.erase(partition);
  }
  if (rest.empty()) return outstanding_.has_value();
  waiting_.push_back({Rebalance::Kind::revoke, {rest.begin(), rest.end()}, lost, true});
  return true;
}

void Rebalances::deliver(BrokerEvents& events) {
  while (!outstanding_ && !waiting_.empty()) {
    outstanding_ = std::move(waiting_.front());
    waiting_.pop_front();
    // A copy: the owner may answer from inside the call, which ends the one outstanding.
    std::vector<TopicPartition> partitions = outstanding_->partitions;
    if (outstanding_->kind == Rebalance::Kind::assign) {
      events.on_assign(std::move(partitions));
    } else {
      events.on_revoke(std::move(partitions), outstanding_->lost);
    }
  }
}

std::optional<Rebalance> Rebalances::answer(Rebalance::Kind kind,
                                            std::span<const TopicPartition> partitions) {
  if (!outstanding_ || outstanding_->kind != kind) return std::nullopt;
  for (const TopicPartition& partition : partitions) {
    if (kind == Rebalance::Kind::assign) {
      assigned_.insert(partition);
    } else {
      assigned_.erase(partition);
    }
  }
  return std::exchange(outstanding_, std::nullopt);
}

void Rebalances::undo_assign(std::span<const TopicPartition> partitions) {
  for (const TopicPartition& partition : partitions) assigned_.erase(partition);
}

bool Rebalances::owes_answer() const noexcept {
  return (outstanding_ && !outstanding_->ours) ||
         std::any_of(waiting_.begin(), waiting_.end(),
                     [](const Rebalance& rebalance) { return !rebalance.ours; });
}

bool Rebalances::abandon() {
  const bool owed = owes_answer();
  outstanding_.reset();
  waiting_.clear();
  assigned_.clear();
  return owed;
}

std::vector<TopicPartition> Rebalances::assigned() const {
  return {assigned_.begin(), assigned_.end()};
}

}  // namespace strandline::detail

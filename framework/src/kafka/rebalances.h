#pragma once

#include <strandline/types.h>

#include "kafka/broker_client.h"

#include <deque>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace strandline::detail {

/// Something that the group, or we in its stead, wants answered.
struct Rebalance {
  enum class Kind : std::uint8_t { assign, revoke };
  Kind kind = Kind::assign;
  std::vector<TopicPartition> partitions{};
  bool lost = false;
  /// Not librdkafka's: it has let go of everything already (a fatal error), or never speaks up by
  /// itself (manual assignment). The owner cannot tell the difference, nor need it.
  bool ours = false;
};

/// Rebalances in order, one at a time with the owner, and what is assigned by those answered.
/// Owner: the poller thread. Knows no librdkafka.
class Rebalances {
 public:
  void push(Rebalance rebalance) { waiting_.push_back(std::move(rebalance)); }

  /// Takes from the owner all it has, once: for the end of a client that can no longer rebalance.
  /// An assignment that it has not answered yet is taken as well.
  void push_loss_of_all();

  /// Asks the owner to give back all that is assigned, once. False when nothing is. An assignment
  /// it has not been told of yet is dropped.
  bool push_revocation_of_all();

  /// Tells the owner of the next ones, as long as it answers from inside the call.
  void deliver(BrokerEvents& events);

  /// Ends the one outstanding; nullopt when there is none of that kind. The caller makes it true.
  std::optional<Rebalance> answer(Rebalance::Kind kind, std::span<const TopicPartition> partitions);
  /// An assignment that was answered did not come about.
  void undo_assign(std::span<const TopicPartition> partitions);

  /// Nobody is told any more (the owner is gone). True when an answer is owed to librdkafka.
  bool abandon();

  /// librdkafka has asked, and waits.
  [[nodiscard]] bool owes_answer() const noexcept;
  [[nodiscard]] bool idle() const noexcept { return !outstanding_ && waiting_.empty(); }
  [[nodiscard]] std::vector<TopicPartition> assigned() const;

 private:
  /// Of what the owner has or is about to have, and is not asked for already.
  bool push_revocation_of_rest(bool lost);

  std::deque<Rebalance> waiting_;
  std::optional<Rebalance> outstanding_;
  std::set<TopicPartition> assigned_;
};

}  // namespace strandline::detail

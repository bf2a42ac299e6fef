#include "kafka/committed_lookup.h"

#include "kafka/partition_list.h"

#include <array>
#include <utility>

namespace strandline::detail {

namespace {

using Request = std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t,
                                Destroyer<rd_kafka_ListConsumerGroupOffsets_destroy>>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, Destroyer<rd_kafka_AdminOptions_destroy>>;

}  // namespace

CommittedLookup::CommittedLookup(rd_kafka_t& client, std::string group)
    : client_(client), group_(std::move(group)), answers_(rd_kafka_queue_new(&client)) {}

void CommittedLookup::ask(std::span<const TopicPartition> partitions) {
  if (partitions.empty()) return;
  const PartitionListHandle list = to_list(partitions);
  const Request request{rd_kafka_ListConsumerGroupOffsets_new(group_.c_str(), list.get())};
  const Options options{
      rd_kafka_AdminOptions_new(&client_, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS)};
  std::array<rd_kafka_ListConsumerGroupOffsets_t*, 1> requests{request.get()};
  rd_kafka_ListConsumerGroupOffsets(&client_, requests.data(), requests.size(), options.get(),
                                    answers_.get());
  ++outstanding_;
}

void CommittedLookup::serve() {
  while (outstanding_ > 0) {
    const EventHandle event{rd_kafka_queue_poll(answers_.get(), 0)};
    if (!event) return;
    const auto* const result = rd_kafka_event_ListConsumerGroupOffsets_result(event.get());
    if (result == nullptr) continue;
    --outstanding_;
    if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    std::size_t count = 0;
    const rd_kafka_group_result_t** const groups =
        rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
    for (const rd_kafka_group_result_t* group : std::span(groups, count)) {
      if (rd_kafka_group_result_error(group) != nullptr) continue;
      for (const auto& one : elements(rd_kafka_group_result_partitions(group))) {
        if (one.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
        known_.insert_or_assign(to_partition(one), one.offset >= 0 ? Offset{one.offset} : Offset{});
      }
    }
  }
}

void CommittedLookup::forget(std::span<const TopicPartition> partitions) {
  for (const TopicPartition& partition : partitions) known_.erase(partition);
}

const Offset* CommittedLookup::find(const TopicPartition& partition) const {
  const auto found = known_.find(partition);
  return found == known_.end() ? nullptr : &found->second;
}

}  // namespace strandline::detail

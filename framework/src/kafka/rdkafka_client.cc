#include "kafka/rdkafka_client.h"

#include "base/log.h"
#include "kafka/client_log.h"
#include "kafka/commit_answer.h"
#include "kafka/conf.h"
#include "kafka/error_map.h"
#include "kafka/partition_list.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace strandline::detail {

namespace {

/// As the client last heard them; invalid while unknown. No I/O.
struct Watermarks {
  Offset low{};
  Offset high{};
};

Watermarks watermarks(rd_kafka_t& client, const TopicPartition& partition) {
  std::int64_t low = -1;
  std::int64_t high = -1;
  const rd_kafka_resp_err_t error = rd_kafka_get_watermark_offsets(
      &client, partition.topic.c_str(), partition.partition.value(), &low, &high);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return {low >= 0 ? Offset{low} : Offset{}, high >= 0 ? Offset{high} : Offset{}};
}

/// Of one turn, so that the loop gets round to completions and timers.
constexpr int kEventsAtOnce = 100;
constexpr std::chrono::milliseconds kLookUpTimeout{30'000};
constexpr std::chrono::seconds kLeaveTimeout{3};

Result<void> to_result(rd_kafka_resp_err_t error, const std::string& where) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return Unexpected(to_error(error, where));
}

Result<void> to_result(rd_kafka_error_t* error, const std::string& where) {
  const ErrorHandle owner{error};
  if (!owner) return {};
  return Unexpected(
      to_error(rd_kafka_error_code(owner.get()), where, rd_kafka_error_string(owner.get())));
}

/// Those come by the dozen while brokers are away.
bool is_about_connections(rd_kafka_resp_err_t error) noexcept {
  return is_mended_by_client(error) || to_error_code(error) == ErrorCode::authentication;
}

}  // namespace

RdkafkaClient::RdkafkaClient(ClientHandle client, std::unique_ptr<FeedScratch> scratch,
                             const ConsumerConfig& config, Doorbell& doorbell)
    : config_(config),
      incremental_(is_incremental(config)),
      doorbell_(doorbell),
      scratch_(std::move(scratch)),
      client_(std::move(client)),
      commits_(rd_kafka_queue_new(client_.get())),
      logs_(rd_kafka_queue_new(client_.get())),
      committed_(std::make_unique<CommittedLookup>(*client_, config_.group_id)) {
  rd_kafka_set_log_queue(client_.get(), logs_.get());
  // Errors of the client as a whole then come by the same queue as rebalances, in one order.
  rd_kafka_poll_set_consumer(client_.get());
  events_.reset(rd_kafka_queue_get_consumer(client_.get()));
  events_signal_ = std::make_unique<QueueSignal>(*events_, doorbell_);
  commits_signal_ = std::make_unique<QueueSignal>(*commits_, doorbell_);
}

RdkafkaClient::~RdkafkaClient() {
  RdkafkaClient::leave_group();
  events_signal_.reset();
  commits_signal_.reset();
  events_.reset();
  commits_.reset();
  logs_.reset();
  committed_.reset();
  // It is closed, or could not be closed in time: waiting here once more would be without end.
  rd_kafka_destroy_flags(client_.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

Result<void> RdkafkaClient::start() {
  if (!is_manual()) return subscribe();
  Result<StartOffsets> offsets =
      resolve_start_offsets(*client_, config_.assignment, kLookUpTimeout);
  if (!offsets) return Unexpected(offsets.error());
  start_offsets_ = std::move(*offsets);
  Rebalance all{.ours = true};
  for (const auto& [partition, offset] : start_offsets_) all.partitions.push_back(partition);
  rebalances_.push(std::move(all));
  doorbell_.ring();
  return {};
}

Result<void> RdkafkaClient::subscribe() {
  PartitionListHandle list = new_list(config_.topics.size() + 1);
  for (const std::string& topic : config_.topics) add(*list, {topic, PartitionId{}});
  if (!config_.topic_pattern.empty()) {
    if (config_.topic_pattern.front() != '^') {
      return fail(ErrorCode::invalid_config, "topic_pattern: librdkafka takes \"" +
                                                 config_.topic_pattern +
                                                 "\" for a topic's name; begin it with ^");
    }
    add(*list, {config_.topic_pattern, PartitionId{}});
  }
  return to_result(rd_kafka_subscribe(client_.get(), list.get()), "subscription of " + group());
}

void RdkafkaClient::poll(BrokerEvents& events) {
  events_signal_->clear();
  int served = 0;
  for (; served < kEventsAtOnce; ++served) {
    const EventHandle event{rd_kafka_queue_poll(events_.get(), 0)};
    if (!event) break;
    serve(*event, events);
  }
  if (served == kEventsAtOnce) doorbell_.ring();
  serve_commits(events);
  committed_->serve();
  write_client_log(*logs_);
  rebalances_.deliver(events);
}

void RdkafkaClient::serve(rd_kafka_event_t& event, BrokerEvents& events) {
  switch (rd_kafka_event_type(&event)) {
    case RD_KAFKA_EVENT_REBALANCE:
      serve_rebalance(event, events);
      break;
    case RD_KAFKA_EVENT_ERROR:
      serve_error(event, events);
      break;
    case RD_KAFKA_EVENT_FETCH:
      // Cannot be, since every partition's queue is split off before it is assigned. If it is, the
      // record would be passed by, so nothing may go on.
      events.on_error(
          {{ErrorCode::internal,
            group() + ": a record arrived outside of its partition's queue; restart the "
                      "consumer, which reads it again, and report this"},
           std::nullopt,
           true});
      break;
    default:
      break;
  }
}

void RdkafkaClient::serve_rebalance(rd_kafka_event_t& event, BrokerEvents& events) {
  const rd_kafka_resp_err_t kind = rd_kafka_event_error(&event);
  std::vector<TopicPartition> partitions =
      to_partitions(rd_kafka_event_topic_partition_list(&event));
  switch (kind) {
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
      rebalances_.push({Rebalance::Kind::assign, std::move(partitions)});
      break;
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
      // Asked now: the answer clears it.
      rebalances_.push({Rebalance::Kind::revoke, std::move(partitions), assignment_lost()});
      break;
    default:
      // A rebalance that went wrong: all is given up, and the group begins anew.
      report(kind, {to_error(kind, "rebalance of " + group()), std::nullopt, false}, events);
      rebalances_.push({Rebalance::Kind::revoke, rebalances_.assigned(), true});
      break;
  }
}

void RdkafkaClient::serve_error(rd_kafka_event_t& event, BrokerEvents& events) {
  const rd_kafka_resp_err_t kind = rd_kafka_event_error(&event);
  if (kind == RD_KAFKA_RESP_ERR__FATAL || rd_kafka_event_error_is_fatal(&event) != 0) {
    end_of_client(events);
    return;
  }
  ClientError error{
      to_error(kind, is_about_connections(kind) ? "brokers " + config_.bootstrap_servers : group(),
               rd_kafka_event_error_string(&event)),
      std::nullopt, false};
  if (rd_kafka_topic_partition_t* partition = rd_kafka_event_topic_partition(&event)) {
    error.partition = to_partition(*partition);
    rd_kafka_topic_partition_destroy(partition);
  }
  report(kind, std::move(error), events);
}

void RdkafkaClient::end_of_client(BrokerEvents& events) {
  if (std::exchange(fatal_, true)) return;
  std::array<char, 512> text{};
  const rd_kafka_resp_err_t cause = rd_kafka_fatal_error(client_.get(), text.data(), text.size());
  events.on_error({to_error(cause, group(), text.data()), std::nullopt, true});
  // librdkafka has dropped the assignment without a word.
  rebalances_.push_loss_of_all();
}

void RdkafkaClient::report(rd_kafka_resp_err_t kind, ClientError error, BrokerEvents& events) {
  if (!error.fatal && is_about_connections(kind)) {
    const auto suppressed = throttle_.admit(kind, clock_.now());
    if (!suppressed) return;
    if (*suppressed > 0) {
      error.error.message += " (" + std::to_string(*suppressed) + " more since the last report)";
    }
  }
  events.on_error(std::move(error));
}

std::unique_ptr<PartitionFeed> RdkafkaClient::open(const TopicPartition& partition) {
  QueueHandle queue{rd_kafka_queue_get_partition(client_.get(), partition.topic.c_str(),
                                                 partition.partition.value())};
  if (!queue) return nullptr;
  return std::make_unique<RdkafkaFeed>(
      std::move(queue), partition, doorbell_, *scratch_,
      [this](rd_kafka_resp_err_t kind, ClientError error, BrokerEvents& events) {
        report(kind, std::move(error), events);
      });
}

Result<void> RdkafkaClient::answer_assign(std::span<const TopicPartition> partitions) {
  const auto rebalance = rebalances_.answer(Rebalance::Kind::assign, partitions);
  if (!rebalance) return fail(ErrorCode::invalid_state, group() + ": no assignment to answer");
  // Given up by librdkafka meanwhile; a revocation of it waits for the owner.
  if (!is_answer_awaited()) return {};
  Result<void> done = assign(partitions);
  if (!done) {
    rebalances_.undo_assign(partitions);
    unassign_all();
  } else if (!config_.group_id.empty()) {
    committed_->ask(partitions);
  }
  return done;
}

Result<void> RdkafkaClient::answer_revoke(std::span<const TopicPartition> partitions) {
  const auto rebalance = rebalances_.answer(Rebalance::Kind::revoke, partitions);
  if (!rebalance) return fail(ErrorCode::invalid_state, group() + ": no revocation to answer");
  committed_->forget(partitions);
  if (fatal_) return {};
  Result<void> done;
  if (is_answer_awaited()) {
    done = unassign(partitions);
    if (!done) unassign_all();
  }
  if (closing_) close_client();
  return done;
}

Result<void> RdkafkaClient::assign(std::span<const TopicPartition> partitions) {
  PartitionListHandle list = to_list(partitions);
  const std::string where = "assignment of " + group();
  if (incremental_) {
    return to_result(rd_kafka_incremental_assign(client_.get(), list.get()), where);
  }
  if (is_manual()) {
    for (int i = 0; i < list->cnt; ++i) {
      rd_kafka_topic_partition_t& element = list->elems[i];
      element.offset = start_offsets_[to_partition(element)];
    }
  }
  return to_result(rd_kafka_assign(client_.get(), list.get()), where);
}

Result<void> RdkafkaClient::unassign(std::span<const TopicPartition> partitions) {
  const std::string where = "revocation of " + group();
  if (!incremental_) return to_result(rd_kafka_assign(client_.get(), nullptr), where);
  const PartitionListHandle list = to_list(partitions);
  return to_result(rd_kafka_incremental_unassign(client_.get(), list.get()), where);
}

void RdkafkaClient::unassign_all() noexcept {
  // Without any answer to its event the group would stand still for ever.
  if (!incremental_) {
    rd_kafka_assign(client_.get(), nullptr);
    return;
  }
  rd_kafka_topic_partition_list_t* assigned = nullptr;
  if (rd_kafka_assignment(client_.get(), &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const PartitionListHandle list{assigned};
  const ErrorHandle error{rd_kafka_incremental_unassign(client_.get(), list.get())};
}

bool RdkafkaClient::assignment_lost() const {
  return fatal_ || rd_kafka_assignment_lost(client_.get()) != 0;
}

Result<CommitId> RdkafkaClient::commit(std::span<const PartitionOffset> offsets) {
  if (fatal_) {
    return fail(ErrorCode::not_assigned,
                group() + ": nothing can be committed after the client's fatal error");
  }
  PartitionListHandle list = new_list(offsets.size());
  for (const PartitionOffset& one : offsets) add(*list, one.partition).offset = one.offset.value();
  const CommitId id = ++last_commit_;
  // The opaque pointer is a number: nothing can dangle, however late the answer comes.
  const rd_kafka_resp_err_t error =
      rd_kafka_commit_queue(client_.get(), list.get(), commits_.get(), nullptr,
                            std::bit_cast<void*>(static_cast<std::uintptr_t>(id)));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return Unexpected(to_commit_error(error, group()));
  return id;
}

void RdkafkaClient::serve_commits(BrokerEvents& events) {
  commits_signal_->clear();
  while (const EventHandle event{rd_kafka_queue_poll(commits_.get(), 0)}) {
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_OFFSET_COMMIT) continue;
    const auto id = std::bit_cast<std::uintptr_t>(rd_kafka_event_opaque(event.get()));
    events.on_commit_answer(CommitId{id},
                            to_commit_answer(rd_kafka_event_error(event.get()),
                                             rd_kafka_event_topic_partition_list(event.get())));
  }
}

Offset RdkafkaClient::high_watermark(const TopicPartition& partition) const {
  return watermarks(*client_, partition).high;
}

Offset RdkafkaClient::start_position(const TopicPartition& partition) const {
  const Offset low = watermarks(*client_, partition).low;
  const auto exact = start_offsets_.find(partition);
  if (exact != start_offsets_.end() && exact->second != RD_KAFKA_OFFSET_STORED) {
    if (exact->second >= 0) return Offset{exact->second};
    return exact->second == RD_KAFKA_OFFSET_BEGINNING ? low : Offset{};
  }
  const Offset* const committed = committed_->find(partition);
  if (committed == nullptr) return {};
  // What retention has removed is not to be read any more.
  if (committed->is_valid()) return std::max(*committed, low);
  return config_.offset_reset == OffsetReset::earliest ? low : Offset{};
}

void RdkafkaClient::begin_close() {
  if (std::exchange(closing_, true)) return;
  if (is_manual() && !fatal_) {
    // No group, hence no revocation at the end: it is ours to give, so that the owner drains and
    // commits the same way. Its answer closes.
    if (rebalances_.push_revocation_of_all()) {
      doorbell_.ring();
      return;
    }
  }
  close_client();
}

/// Once it closes, librdkafka takes the first answer, to whatever it had asked, for "give up
/// everything", and ends its group by itself; an eager one that waits for an answer at that moment
/// waits no longer. Another answer would be one too many: while the group ends it drops what it is
/// asked, and the call, which waits for the reply, never returns (rd_kafka_cgrp_op_serve, 2.14).
bool RdkafkaClient::is_answer_awaited() noexcept {
  if (fatal_) return false;
  return !close_called_ || !std::exchange(answered_since_close_, true);
}

void RdkafkaClient::close_client() {
  if (std::exchange(close_called_, true)) return;
  answered_since_close_ = !incremental_ && rebalances_.owes_answer();
  const ErrorHandle error{rd_kafka_consumer_close_queue(client_.get(), events_.get())};
  if (!error) return;
  // Only a client that has given up refuses; the owner still learns that nothing is assigned to it.
  closed_by_us_ = true;
  rebalances_.push_loss_of_all();
  doorbell_.ring();
}

bool RdkafkaClient::closed() const {
  if (!close_called_ || !rebalances_.idle()) return false;
  return closed_by_us_ || rd_kafka_consumer_closed(client_.get()) != 0;
}

void RdkafkaClient::leave_group() noexcept {
  closing_ = true;
  const bool was_called = close_called_;
  close_client();
  if (rebalances_.abandon() && is_answer_awaited()) unassign_all();
  // The owner has closed, and waited as long as it cared to.
  if (was_called) return;
  const TimePoint deadline = clock_.now() + kLeaveTimeout;
  while (!closed() && clock_.now() < deadline) {
    const EventHandle event{rd_kafka_queue_poll(events_.get(), 100)};
    if (!event || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_REBALANCE) continue;
    if (is_answer_awaited()) unassign_all();
  }
  if (!closed()) {
    log(LogLevel::warning, "{} could not be left in time; it notices at the session timeout",
        group());
  }
}

}  // namespace strandline::detail

#include "consumer/instance.h"

#include "base/log.h"

#include <algorithm>
#include <utility>

namespace strandline::detail {

namespace {

// A turn serves a bounded number of answers, so that rebalances and commits are never far.
constexpr std::size_t kAnswersPerTurn = 4096;
constexpr auto kObserveInterval = std::chrono::milliseconds(100);
constexpr auto kLookInterval = std::chrono::milliseconds(5);
// What timers are rounded up to. A millisecond would make a coroutine's sleep of 1 ms last two.
constexpr auto kTick = std::chrono::microseconds(100);

}  // namespace

Instance::Instance(InstanceParts parts)
    : config_(parts.config),
      doorbell_(parts.doorbell),
      clock_(parts.clock),
      producer_(std::move(parts.producer)),
      client_(std::move(parts.client)),
      port_(std::make_shared<AnswerPort>(parts.doorbell)),
      timers_(parts.clock.now(), kTick),
      pool_(client_->messages()),
      dispatcher_(dispatch_settings(parts.config, parts.source, parts.workers),
                  std::move(parts.source), parts.config,
                  DispatchTools{parts.jobs, port_, timers_, parts.clock, pool_, *this}, parts.seed),
      committer_(parts.config.commit, *client_, assignment_, parts.clock, dispatcher_.counters),
      rebalance_(parts.config, *client_, assignment_, dispatcher_, committer_, parts.clock,
                 dispatcher_.counters, parts.number),
      intake_(parts.config, dispatcher_.settings().partition.limits, *this, assignment_,
              dispatcher_, pool_, parts.clock, dispatcher_.counters),
      last_turn_(parts.clock.now()),
      next_look_(last_turn_),
      next_observe_(last_turn_) {}

Instance::~Instance() { port_->close(); }

Result<void> Instance::start() {
  Result<void> started = client_->start();
  phase_ = started ? Phase::running : Phase::closed;
  if (!started) error_ = started.error();
  return started;
}

/// The record's walk passes here: events and answers first, since they free what intake and
/// dispatch need.
bool Instance::turn() {
  const TimePoint start = clock_.now();
  board_.turned(start);
  client_->poll(*this);
  if (producer_) producer_->poll(*this);
  bool busy = port_->serve(kAnswersPerTurn) > 0;
  busy |= timers_.advance(start) > 0;
  rebalance_.tick();
  advance_phase();
  const TimePoint served = clock_.now();
  intake_.weigh(served);
  if (phase_ == Phase::running) busy |= intake_.turn(served);
  if (start >= next_look_) {
    // Before the dispatch: what comes back may go to another worker at once.
    next_look_ = start + kLookInterval;
    dispatcher_.take_back_slow();
  }
  busy |= dispatcher_.dispatch(intake_.in_flight()) > 0;

  const std::uint64_t finished = dispatcher_.counters.processed +
                                 dispatcher_.counters.dead_lettered + dispatcher_.counters.dropped;
  committer_.note_finished(finished - finished_seen_);
  finished_seen_ = finished;
  committer_.time_out();
  if (phase_ == Phase::running || phase_ == Phase::draining) committer_.tick();

  if (start >= next_observe_) observe(start);
  assignment_.bury();
  if (busy) dispatcher_.counters.turn.record(clock_.now() - start);
  return busy;
}

TimePoint Instance::wake_at() const {
  TimePoint at = next_observe_;
  if (dispatcher_.runs_out() > 0) at = std::min(at, next_look_);
  // Only while it is looked at: a due commit that nobody sends would keep the loop from sleeping.
  const bool commits = phase_ == Phase::running || phase_ == Phase::draining;
  const auto commit_due = commits ? committer_.next_due() : std::nullopt;
  for (const auto& other : {timers_.next_due(), commit_due, rebalance_.deadline()}) {
    if (other) at = std::min(at, *other);
  }
  return at;
}

void Instance::request_stop(StopMode mode) noexcept {
  const int wanted = mode == StopMode::now ? 2 : 1;
  int current = stop_.load(std::memory_order_relaxed);
  // Only ever more urgent: a drain asked for after "now" must not soften it.
  while (current < wanted &&
         !stop_.compare_exchange_weak(current, wanted, std::memory_order_release)) {
  }
  doorbell_.ring();
}

void Instance::on_assign(std::vector<TopicPartition> partitions) {
  rebalance_.on_assign(partitions);
  // One that comes while we are on the way out is taken, so that it is answered, and not begun.
  if (phase_ == Phase::running) return;
  for (const TopicPartition& id : partitions) {
    dispatcher_.quiesce(*assignment_.find(id)->partition);
  }
}

void Instance::on_revoke(std::vector<TopicPartition> partitions, bool lost) {
  rebalance_.on_revoke(std::move(partitions), lost);
}

void Instance::on_commit_answer(CommitId id, std::vector<CommittedOffset> offsets) {
  committer_.on_answer(id, offsets);
}

void Instance::on_error(ClientError error) {
  if (error.error.code == ErrorCode::offset_out_of_range && error.partition) {
    // Named together: the partitions' queues tell them one by one.
    if (without_offset_.empty()) without_offset_since_ = clock_.now();
    without_offset_.push_back(*error.partition);
    return;
  }
  const bool refused =
      error.error.code == ErrorCode::authentication || error.error.code == ErrorCode::authorization;
  // Refused before anything was ever read: a wrong configuration, which waiting does not mend.
  if (error.fatal || (refused && !ever_served())) return fail(error.error);
  log(LogLevel::error, "{}", error.error.message);
}

/// A group assigns nothing to whom it refuses. Partitions named by hand are ours before any broker
/// has said a word: then it is what is known of them that tells.
bool Instance::ever_served() {
  if (config_.assignment.empty()) return rebalance_.ever_assigned();
  return std::ranges::any_of(assignment_.parts(), [&](const AssignedPart& part) {
    return client_->high_watermark(part.partition->id()).is_valid();
  });
}

void Instance::on_delivery(std::uint64_t token, Result<void> result) {
  dispatcher_.on_dead_letter_delivered(token, result);
}

void Instance::on_stop_required(Error error) { fail(std::move(error)); }

void Instance::on_commit_requested(Partition& partition,
                                   std::function<void(Result<Offset>)> answer) {
  committer_.commit_for_handler(partition, answer);
}

Result<void> Instance::send_dead_letter(const DeadLetter& letter, std::uint64_t token) {
  if (!producer_) {
    return strandline::fail(ErrorCode::dead_letter_failed, "failure.dead_letter_topic is not set");
  }
  OutgoingRecord outgoing;
  outgoing.topic = config_.failure.dead_letter_topic;
  if (letter.key) outgoing.key = *letter.key;
  if (letter.value) outgoing.value = *letter.value;
  outgoing.timestamp = letter.timestamp;
  outgoing.headers = letter.headers;
  return producer_->produce(outgoing, token);
}

void Instance::fail(Error error) {
  log(LogLevel::error, "{}", error.message);
  if (!error_) error_ = std::move(error);
  if (phase_ == Phase::draining) {
    // A drain that finishes what was admitted does so no longer: the failed record's order must not
    // be overtaken.
    for (AssignedPart& part : assignment_.parts()) dispatcher_.quiesce(*part.partition);
  }
  request_stop(StopMode::drain);
}

void Instance::check_no_offset(TimePoint now) {
  if (without_offset_.empty() || now - without_offset_since_ < kObserveInterval) return;
  std::string names;
  for (const TopicPartition& partition : std::exchange(without_offset_, {})) {
    names += (names.empty() ? "" : ", ") + to_string(partition);
  }
  fail({ErrorCode::offset_out_of_range,
        "no valid offset to start from for " + names +
            ": the group has none committed there, or it no longer exists, and offset_reset is "
            "none. "
            "Commit one, or choose earliest (reads all again) or latest (skips what is there)"});
}

void Instance::observe(TimePoint now) {
  next_observe_ = now + kObserveInterval;
  check_no_offset(now);
  for (AssignedPart& part : assignment_.parts()) {
    Partition& partition = *part.partition;
    partition.observe(now);
    const Offset high = client_->high_watermark(partition.id());
    partition.counters.high_watermark = high;
    // Before anything has finished there is no position; then the first record in flight is where
    // it will be, and before that the offset at which the partition begins.
    Offset position = partition.ledger().position();
    if (!position.is_valid()) position = partition.tracker().oldest_unfinished_offset();
    if (!position.is_valid()) position = client_->start_position(partition.id());
    const bool known = high.is_valid() && position.is_valid();
    const std::int64_t lag =
        known ? std::max<std::int64_t>(0, high.value() - position.value()) : -1;
    partition.counters.lag = lag;
    partition.lag.store(lag, std::memory_order_relaxed);
  }
  look_after_stuck(now);
  publish(now);
}

void Instance::look_after_stuck(TimePoint now) {
  if (config_.watchdog.stuck_after.count() == 0) return;
  for (AssignedPart& part : assignment_.parts()) {
    const Partition& partition = *part.partition;
    const Offset oldest = partition.tracker().oldest_unfinished_offset();
    if (!oldest.is_valid() || oldest == part.reported_stuck) continue;
    const Duration age = partition.oldest_age(now);
    if (age < config_.watchdog.stuck_after) continue;
    part.reported_stuck = oldest;
    ++dispatcher_.counters.stuck_reported;
    log(LogLevel::warning,
        "{}@{} has been in flight for {} s and holds the commit position; {} records of the "
        "partition "
        "wait or run behind it",
        to_string(partition.id()), oldest.value(),
        std::chrono::duration_cast<std::chrono::seconds>(age).count(), partition.in_flight() - 1);
  }
}

void Instance::publish(TimePoint now) {
  InstanceStats stats = dispatcher_.counters;
  const auto in_ms = [](Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  };
  for (const AssignedPart& part : assignment_.parts()) {
    stats.partitions.push_back(part.partition->snapshot(now));
    stats.strands_busy += part.partition->busy_strands();
  }
  intake_.weigh(now);
  stats.in_flight = intake_.in_flight();
  stats.in_flight_bytes = intake_.bytes();
  stats.runs_out = dispatcher_.runs_out();
  stats.gated = intake_.gate().closed();
  stats.gated_age = in_ms(intake_.gate().age(now));
  stats.last_commit_age = in_ms(now - committer_.last_success());
  board_.publish(std::move(stats));
}

}  // namespace strandline::detail

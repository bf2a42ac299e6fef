#pragma once

#include <strandline/failure_policy.h>
#include <strandline/stats.h>

#include "base/clock.h"
#include "base/log_throttle.h"
#include "base/message_source.h"
#include "dispatch/events.h"
#include "executor/timer_wheel.h"
#include "partition/partition.h"
#include "retry/dead_letter.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <unordered_map>

namespace strandline::detail {

/// What becomes of records whose attempt failed: another attempt later, the dead-letter topic,
/// dropped, parked, or the end of the consumer. A record keeps its place at the front of its strand
/// meanwhile, and the strand is held; no thread waits. Poller thread only.
class FailureDesk {
 public:
  FailureDesk(const FailurePolicy& policy, TimerWheel& timers, const Clock& clock,
              MessageSource& messages, DispatchEvents& events, StrandBooks& books,
              InstanceStats& counters, std::uint64_t seed);

  /// The attempt of the strand's front record failed.
  void failed(Strand& strand, Outcome outcome, const Failure& failure);
  /// Tells the consumer to stop, if one that `failed` since the last call asks for it. Of several
  /// the last one counts, so they are told of from the highest offset to the lowest: nobody may
  /// believe that what lies before the record that is named has been finished.
  void report_stop();
  void on_retry_due(Strand& strand);
  void on_delivered(std::uint64_t token, const Result<void>& result);
  /// The highest offset of the partition whose dead letter is on its way; invalid when none is.
  [[nodiscard]] Offset highest_letter(const Partition& partition) const;
  /// The partition's epoch has ended: its timers and dead letters concern nobody any more.
  void forget(Partition& partition);

 private:
  /// A dead letter that is not acknowledged yet. As a timer: it is sent again when it failed.
  class Letter final : public Timer {
   public:
    Letter(FailureDesk& its_desk, std::uint64_t its_token, Strand& its_strand, Item its_item,
           DeadLetter its_content)
        : desk(its_desk),
          token(its_token),
          strand(its_strand),
          item(its_item),
          content(std::move(its_content)) {}
    void on_due() override { desk.send(*this); }

    FailureDesk& desk;
    std::uint64_t token;
    Strand& strand;
    Item item;
    DeadLetter content;
    unsigned attempts = 0;
    bool refused = false;  ///< counted as a failure before
  };

  void retry_after(Strand& strand, Duration delay);
  void say_retry(Item item, const std::string& reason, Duration delay);
  void dead_letter(Strand& strand, Item item, const Failure& failure, unsigned attempt);
  void park(Strand& strand, Item item, const std::string& reason);
  void stop(Strand& strand, Item item, unsigned attempt, const std::string& reason);
  void send(Letter& letter);
  void send_later(Letter& letter, const Error& why);
  [[nodiscard]] static Item take_front(Strand& strand);
  [[nodiscard]] static std::string name(Item item);

  const FailurePolicy& policy_;
  TimerWheel& timers_;
  const Clock& clock_;
  MessageSource& messages_;
  DispatchEvents& events_;
  StrandBooks& books_;
  InstanceStats& counters_;
  std::minstd_rand random_;
  LogThrottle retries_said_{std::chrono::seconds(1)};
  LogThrottle letters_said_{std::chrono::seconds(1)};
  std::optional<Error> stop_{};  ///< not reported yet
  std::uint64_t next_token_ = 1;
  std::unordered_map<std::uint64_t, std::unique_ptr<Letter>> letters_{};
};

}  // namespace strandline::detail

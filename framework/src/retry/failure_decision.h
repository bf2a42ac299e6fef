#pragma once

#include <strandline/failure_policy.h>
#include <strandline/outcome.h>

#include "retry/backoff.h"

#include <chrono>
#include <string>

namespace strandline::detail {

/// What is to be done with a record whose attempt has failed.
struct Decision {
  enum class Action : std::uint8_t {
    retry,        ///< another attempt after `delay`
    stop,         ///< the consumer stops in front of the record
    dead_letter,  ///< it goes to `FailurePolicy::dead_letter_topic`, which is set
    drop,         ///< finished without having been handled
    park,         ///< it stays unfinished, and the commit position in front of it
  };
  Action action;
  std::chrono::nanoseconds delay{};  ///< of `retry`
  std::string
      reason;  ///< for logs, errors and dead letters: which attempt, what failed, why this action
};

/// Asks the policy. `attempt` is the number of the one that has just failed, 1 for the first;
/// `outcome` is not `done`. Runs the user's classifier; one that throws counts as `Verdict::retry`,
/// since neither losing the record nor stopping for it is what its author asked for.
/// Poller thread only, for `rng`.
[[nodiscard]] Decision decide(const FailurePolicy& policy, unsigned attempt, Outcome outcome,
                              const Failure& failure, Rng& rng);

/// The failure in words: why, what the exception says, the code with its category; never empty.
[[nodiscard]] std::string describe(const Failure& failure);

}  // namespace strandline::detail

#pragma once

#include <strandline/outcome.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace strandline {

/// How long to wait before the next attempt: initial · multiplier^(attempt − 1), at most `max`,
/// with up to ± `jitter` of it at random. Without jitter everything that failed together fails
/// together again.
struct Backoff {
  std::chrono::milliseconds initial{100};
  std::chrono::milliseconds max{30'000};
  double multiplier = 2.0;
  double jitter = 0.2;  ///< 0 … 1
};

/// What the policy makes of one kind of failure.
enum class Verdict : std::uint8_t {
  retry,      ///< another attempt, as long as there are any left
  exhausted,  ///< no attempt will help: what `exhausted` says, now
  drop,       ///< finished, counted, not handled: loses the record on purpose
};

/// What happens to a record whose attempts are used up. None of them loses it by default.
enum class Exhausted : std::uint8_t {
  stop,         ///< the consumer drains, commits up to the record, and `run` returns the error
  dead_letter,  ///< it is produced to `dead_letter_topic`; the commit waits for the acknowledgement
  drop,         ///< it is counted as dropped and the commit position passes it
  /// It stays unfinished: its order waits, others go on, the commit position does not pass. The
  /// whole batch it came in stays in memory and counts for `in_flight.bytes_max_per_partition`:
  /// many parked records end in reading no more.
  park,
};

/// Which failures are worth another attempt, by the type of the exception, by error code, or by a
/// function of both. Rules are tried in order; the first that matches decides.
class FailureClassifier {
 public:
  /// The classifier's own answer where no rule matches.
  explicit FailureClassifier(Verdict otherwise = Verdict::retry) : otherwise_(otherwise) {}

  template <class E>
  FailureClassifier& on(Verdict verdict) {
    return when([](const Failure& failure) { return holds<E>(failure); }, verdict);
  }
  FailureClassifier& on(std::error_code code, Verdict verdict) {
    return when([code](const Failure& failure) { return failure.code == code; }, verdict);
  }
  FailureClassifier& on(std::error_condition condition, Verdict verdict) {
    return when([condition](const Failure& failure) { return failure.code == condition; }, verdict);
  }
  FailureClassifier& when(std::function<bool(const Failure&)> matches, Verdict verdict) {
    rules_.push_back({std::move(matches), verdict});
    return *this;
  }

  [[nodiscard]] Verdict operator()(const Failure& failure) const {
    for (const Rule& rule : rules_) {
      if (rule.matches(failure)) return rule.verdict;
    }
    return otherwise_;
  }

 private:
  struct Rule {
    std::function<bool(const Failure&)> matches;
    Verdict verdict;
  };

  template <class E>
  static bool holds(const Failure& failure) {
    if (!failure.exception) return false;
    try {
      std::rethrow_exception(failure.exception);
    } catch (const E&) {
      return true;
    } catch (...) {
      return false;
    }
  }

  std::vector<Rule> rules_{};
  Verdict otherwise_;
};

/// One object for everything that happens when a handler fails. A retry keeps the record's place in
/// its order and holds no thread while it waits.
struct FailurePolicy {
  /// Attempts in all, the first included; 0 = without end. Without a bound one bad record holds its
  /// order for ever.
  unsigned attempts_max = 10;
  Backoff backoff{};
  FailureClassifier classify{};
  Exhausted exhausted = Exhausted::stop;
  /// Required with `Exhausted::dead_letter` and with handlers that answer `dead_letter`. Its
  /// records keep key, value, headers and timestamp, and say in headers where they come from and
  /// why.
  std::string dead_letter_topic{};
};

}  // namespace strandline

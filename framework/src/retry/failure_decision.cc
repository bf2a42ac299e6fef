#include "retry/failure_decision.h"

#include "base/assert.h"
#include "base/failure.h"

#include <exception>
#include <utility>

namespace strandline::detail {

namespace {

using Action = Decision::Action;

// A category may be the application's own; what it throws must not end the poller.
std::string text_of(const std::error_code& code) {
  try {
    return code.message();
  } catch (...) {
    return "its category threw instead of a message";
  }
}

void append(std::string& text, const std::string& part) {
  // Often one is made of the other, as with std::system_error's text and its code.
  if (part.empty() || text.find(part) != std::string::npos) return;
  if (!text.empty()) text += ": ";
  text += part;
}

std::string attempts_text(const FailurePolicy& policy, unsigned attempt) {
  std::string text = "attempt " + std::to_string(attempt);
  if (policy.attempts_max != 0) text += " of " + std::to_string(policy.attempts_max);
  return text + " failed: ";
}

struct Classified {
  Verdict verdict;
  std::string note;
};

Classified classify(const FailurePolicy& policy, const Failure& failure) {
  try {
    return {policy.classify(failure), {}};
  } catch (...) {
    return {Verdict::retry, " (and the failure classifier threw: " +
                                failure_of(std::current_exception()).why + "; taken as 'retry')"};
  }
}

Decision to_dead_letter(const FailurePolicy& policy, std::string reason) {
  if (policy.dead_letter_topic.empty()) {
    // Without a topic nothing else keeps the promise that the record is not lost.
    return {Action::stop,
            {},
            std::move(reason) +
                "; it should go to the dead-letter topic, but none is configured: set "
                "failure.dead_letter_topic"};
  }
  return {Action::dead_letter, {}, std::move(reason)};
}

Decision when_exhausted(const FailurePolicy& policy, std::string reason) {
  switch (policy.exhausted) {
    case Exhausted::dead_letter:
      return to_dead_letter(policy, std::move(reason));
    case Exhausted::drop:
      return {Action::drop, {}, std::move(reason)};
    case Exhausted::park:
      return {Action::park, {}, std::move(reason)};
    case Exhausted::stop:
      break;
  }
  return {Action::stop, {}, std::move(reason)};
}

}  // namespace

Decision decide(const FailurePolicy& policy, unsigned attempt, Outcome outcome,
                const Failure& failure, Rng& rng) {
  STRANDLINE_ASSERT(outcome != Outcome::done, "only failures are decided about");
  std::string reason = attempts_text(policy, attempt) + describe(failure);
  if (outcome == Outcome::dead_letter) {
    return to_dead_letter(policy, std::move(reason) + " (the handler asked for the dead letter)");
  }
  Classified classified = classify(policy, failure);
  reason += classified.note;
  switch (classified.verdict) {
    case Verdict::drop:
      return {Action::drop, {}, std::move(reason) + " (classified as 'drop')"};
    case Verdict::exhausted:
      return when_exhausted(policy, std::move(reason) + " (classified as 'exhausted')");
    case Verdict::retry:
      break;
  }
  if (policy.attempts_max != 0 && attempt >= policy.attempts_max) {
    return when_exhausted(policy, std::move(reason));
  }
  return {Action::retry, backoff_delay(policy.backoff, attempt, rng), std::move(reason)};
}

std::string describe(const Failure& failure) {
  std::string text = failure.why;
  if (failure.exception) append(text, failure_of(failure.exception).why);
  if (failure.code) {
    append(text, text_of(failure.code));
    text += " [" + std::string(failure.code.category().name()) + " " +
            std::to_string(failure.code.value()) + "]";
  }
  return text.empty() ? "no reason given" : text;
}

}  // namespace strandline::detail

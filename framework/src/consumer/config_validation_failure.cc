#include "consumer/config_validation.h"
#include "consumer/topic_names.h"

#include <algorithm>
#include <cmath>

namespace strandline::detail {

namespace {

void check_backoff(const Backoff& backoff, ConfigFaults& faults) {
  const bool initial = faults.check_range("failure.backoff.initial", backoff.initial, 0ms);
  const bool longest = faults.check_range("failure.backoff.max", backoff.max, 0ms);
  faults.add_if(initial && longest && backoff.max < backoff.initial, "failure.backoff.max",
                "is below failure.backoff.initial", "raise it, or lower failure.backoff.initial");
  // Written so that a value that is no number is wrong, too.
  faults.add_if(!(backoff.multiplier >= 1) || !std::isfinite(backoff.multiplier),
                "failure.backoff.multiplier", "is not a finite number from 1 up",
                "1 waits equally long each time, 2 twice as long");
  faults.add_if(!(backoff.jitter >= 0 && backoff.jitter <= 1), "failure.backoff.jitter",
                "is not within 0 and 1", "0.2 spreads the waits by a fifth up and down");
}

bool is_read_too(const ConsumerConfig& config, const std::string& topic) {
  const auto of_topic = [&](const AssignedPartition& assigned) {
    return assigned.partition.topic == topic;
  };
  return std::ranges::find(config.topics, topic) != config.topics.end() ||
         std::ranges::any_of(config.assignment, of_topic) ||
         (!config.topic_pattern.empty() && pattern_matches(config.topic_pattern, topic));
}

}  // namespace

void validate_failure(const ConsumerConfig& config, ConfigFaults& faults) {
  const FailurePolicy& policy = config.failure;
  check_backoff(policy.backoff, faults);
  const std::string& topic = policy.dead_letter_topic;
  if (topic.empty()) {
    faults.add_if(policy.exhausted == Exhausted::dead_letter, "failure.dead_letter_topic",
                  "is empty, but failure.exhausted is Exhausted::dead_letter",
                  "name the topic, or choose another failure.exhausted");
    return;
  }
  if (const std::string problem = topic_name_problem(topic); !problem.empty()) {
    faults.add("failure.dead_letter_topic", "\"" + topic + "\" " + problem,
               "use letters, digits, '.', '_' and '-', at most 249 of them");
  } else if (is_read_too(config, topic)) {
    faults.add(
        "failure.dead_letter_topic",
        "\"" + topic + "\" is read by this consumer: a record that fails would go round for ever",
        "name a topic that is not subscribed to, or that topic_pattern does not match");
  }
}

}  // namespace strandline::detail

#include "consumer/config_validation.h"
#include "consumer/topic_names.h"

#include <charconv>
#include <set>
#include <string_view>

namespace strandline::detail {

namespace {

constexpr const char* kTopicHint = "use letters, digits, '.', '_' and '-', at most 249 of them";

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "host", "host:port", "[::1]:port", each also behind "protocol://".
bool is_broker_address(std::string_view address) {
  if (const auto scheme = address.find("://"); scheme != std::string_view::npos) {
    address.remove_prefix(scheme + 3);
  }
  if (address.find_first_of(" \t\r\n/") != std::string_view::npos) return false;
  const std::size_t colon = address.rfind(':');
  const std::size_t bracket = address.rfind(']');
  if (colon == std::string_view::npos) return !address.empty();
  if (bracket != std::string_view::npos && bracket > colon) return true;
  const std::string_view port = address.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return colon > 0 && error == std::errc{} && end == port.data() + port.size() && number >= 1 &&
         number <= 65535;
}

void check_brokers(const std::string& servers, ConfigFaults& faults) {
  constexpr const char* kField = "bootstrap_servers";
  constexpr const char* kHint = "give one broker or more as host:port, with commas between";
  if (servers.empty()) return faults.add(kField, "is empty", kHint);
  std::string_view rest = servers;
  while (true) {
    const std::size_t comma = rest.find(',');
    std::string_view address = rest.substr(0, comma);
    while (address.starts_with(' ')) address.remove_prefix(1);
    while (address.ends_with(' ')) address.remove_suffix(1);
    if (!is_broker_address(address)) {
      faults.add(kField, "has " + quoted(address) + ", which is no broker address", kHint);
    }
    if (comma == std::string_view::npos) return;
    rest.remove_prefix(comma + 1);
  }
}

void check_topics(const std::vector<std::string>& topics, ConfigFaults& faults) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const std::string field = "topics[" + std::to_string(i) + "]";
    const std::string& topic = topics[i];
    if (topic.starts_with('^')) {
      // librdkafka would take it as a pattern among the names.
      faults.add(field, quoted(topic) + " is a pattern", "put it into topic_pattern");
    } else if (const std::string problem = topic_name_problem(topic); !problem.empty()) {
      faults.add(field, quoted(topic) + " " + problem, kTopicHint);
    } else if (!seen.insert(topic).second) {
      faults.add(field, quoted(topic) + " is there already", "name each topic once");
    }
  }
}

void check_pattern(const ConsumerConfig& config, ConfigFaults& faults) {
  const std::string& pattern = config.topic_pattern;
  if (pattern.empty()) return;
  if (!pattern.starts_with('^')) {
    faults.add("topic_pattern", quoted(pattern) + " does not start with '^'",
               "write \"^" + pattern + "\", or put exact names into topics");
  }
  // With the consumer protocol the broker matches, by another grammar (RE2), and says so itself.
  if (config.group.protocol == GroupProtocol::consumer) return;
  if (const std::string problem = pattern_problem(pattern); !problem.empty()) {
    faults.add("topic_pattern", quoted(pattern) + ": " + problem,
               "write a POSIX extended regular expression");
  }
}

void check_start(const std::string& field, const StartOffset& start, ConfigFaults& faults) {
  if (start.value >= 0) return;
  if (start.kind == StartOffset::Kind::offset) {
    faults.add(field + ".start", "offset " + std::to_string(start.value) + " is negative",
               "use StartOffset::beginning() or end() instead of Kafka's negative numbers");
  } else if (start.kind == StartOffset::Kind::timestamp) {
    faults.add(field + ".start", "timestamp " + std::to_string(start.value) + " is negative",
               "give milliseconds since the Unix epoch");
  }
}

void check_assignment(const ConsumerConfig& config, ConfigFaults& faults) {
  std::set<TopicPartition> seen;
  for (std::size_t i = 0; i < config.assignment.size(); ++i) {
    const std::string field = "assignment[" + std::to_string(i) + "]";
    const AssignedPartition& assigned = config.assignment[i];
    if (const std::string problem = topic_name_problem(assigned.partition.topic);
        !problem.empty()) {
      faults.add(field + ".partition.topic", quoted(assigned.partition.topic) + " " + problem,
                 kTopicHint);
    }
    if (assigned.partition.partition.value() < 0) {
      faults.add(field + ".partition.partition",
                 "is " + std::to_string(assigned.partition.partition.value()),
                 "partitions are numbered from 0");
    }
    check_start(field, assigned.start, faults);
    if (!seen.insert(assigned.partition).second) {
      faults.add(field, to_string(assigned.partition) + " is there already",
                 "name each partition once");
    }
  }
  faults.add_if(!config.assignment.empty() && config.instances > 1, "instances",
                "is above 1 with a manual assignment, which all instances would read",
                "use one instance; workers give it as many threads as it needs");
}

}  // namespace

void validate_subscription(const ConsumerConfig& config, ConfigFaults& faults) {
  check_brokers(config.bootstrap_servers, faults);
  faults.add_if(config.group_id.empty(), "group_id", "is empty",
                "name the consumer group; its committed offsets are kept under this name");
  const int given = int{!config.topics.empty()} + int{!config.topic_pattern.empty()} +
                    int{!config.assignment.empty()};
  faults.add_if(given == 0, "topics", "says nothing of what to read",
                "give one of topics, topic_pattern and assignment");
  faults.add_if(given > 1, "topics", "is not the only thing that says what to read",
                "give exactly one of topics, topic_pattern and assignment");
  check_topics(config.topics, faults);
  check_pattern(config, faults);
  check_assignment(config, faults);
  faults.add_if(config.key_extractor && config.order != Ordering::key, "key_extractor",
                "is set, but only Ordering::key asks it", "set order to Ordering::key, or drop it");
}

}  // namespace strandline::detail

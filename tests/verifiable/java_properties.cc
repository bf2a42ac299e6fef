#include "java_properties.h"

#include <charconv>
#include <chrono>
#include <fstream>
#include <functional>
#include <set>
#include <stdexcept>
#include <string_view>

namespace verifiable {

using namespace strandline;

namespace {

constexpr std::string_view kSpace = " \t\f\r";

std::string without_leading_space(const std::string& text) {
  const std::size_t start = text.find_first_not_of(kSpace);
  return start == std::string::npos ? std::string{} : text.substr(start);
}

/// One entry; both parts with their backslashes resolved.
std::pair<std::string, std::string> split(const std::string& line) {
  std::string parts[2];
  int part = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      parts[part] += line[++i];
    } else if (part == 0 &&
               (line[i] == '=' || line[i] == ':' || line[i] == ' ' || line[i] == '\t')) {
      const std::string rest = without_leading_space(line.substr(i));
      const bool sign = !rest.empty() && (rest[0] == '=' || rest[0] == ':');
      i = line.size() - rest.size() + (sign ? 1 : 0);
      i = line.size() - without_leading_space(line.substr(i)).size() - 1;
      part = 1;
    } else {
      parts[part] += line[i];
    }
  }
  return {parts[0], parts[1]};
}

/// An odd number of backslashes at its end joins a line to the next one.
bool goes_on(const std::string& line) {
  const std::size_t last = line.find_last_not_of('\\');
  const std::size_t backslashes = line.size() - (last == std::string::npos ? 0 : last + 1);
  return backslashes % 2 == 1;
}

std::int64_t number(const std::string& name, const std::string& value) {
  std::int64_t result = 0;
  const char* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, result);
  if (parsed.ec != std::errc{} || parsed.ptr != end || result < 0) {
    throw std::runtime_error("the configuration file: " + name + "=" + value + " is no number");
  }
  return result;
}

IsolationLevel isolation_of(const std::string& value) {
  if (value == "read_committed") return IsolationLevel::read_committed;
  if (value == "read_uncommitted") return IsolationLevel::read_uncommitted;
  throw std::runtime_error("the configuration file: isolation.level=" + value + " is no level");
}

using Setter = std::function<void(ConsumerConfig&, const std::string&)>;

template <class Pick>
Setter milliseconds(const std::string& name, Pick pick) {
  return [name, pick](ConsumerConfig& config, const std::string& value) {
    pick(config) = std::chrono::milliseconds(number(name, value));
  };
}

template <class Pick>
Setter size(const std::string& name, Pick pick) {
  return [name, pick](ConsumerConfig& config, const std::string& value) {
    pick(config) = static_cast<std::size_t>(number(name, value));
  };
}

std::map<std::string, Setter> setters() {
  using C = ConsumerConfig;
  std::map<std::string, Setter> all{
      {"client.id", [](C& c, const std::string& value) { c.client_id = value; }},
      {"group.instance.id", [](C& c, const std::string& value) { c.group.instance_id = value; }},
      {"isolation.level",
       [](C& c, const std::string& value) { c.isolation = isolation_of(value); }},
  };
  const auto time = [&](const std::string& name, auto pick) {
    all[name] = milliseconds(name, pick);
  };
  time("heartbeat.interval.ms", [](C& c) -> auto& { return c.group.heartbeat_interval; });
  time("max.poll.interval.ms", [](C& c) -> auto& { return c.group.max_poll_interval; });
  time("fetch.max.wait.ms", [](C& c) -> auto& { return c.fetch.wait_max; });
  const auto amount = [&](const std::string& name, auto pick) { all[name] = size(name, pick); };
  amount("max.poll.records", [](C& c) -> auto& { return c.fetch.batch_records_max; });
  amount("fetch.min.bytes", [](C& c) -> auto& { return c.fetch.bytes_min; });
  amount("fetch.max.bytes", [](C& c) -> auto& { return c.fetch.bytes_max; });
  amount("max.partition.fetch.bytes", [](C& c) -> auto& { return c.fetch.partition_bytes_max; });
  return all;
}

const std::set<std::string_view> kLeftOut{
    // The command line has the last word on these, with its defaults if need be.
    "bootstrap.servers", "group.id", "group.protocol", "group.remote.assignor",
    "session.timeout.ms", "partition.assignment.strategy", "auto.offset.reset",
    "enable.auto.commit", "auto.commit.interval.ms",
    // These are for a JVM.
    "key.deserializer", "value.deserializer", "interceptor.classes", "metric.reporters",
    "auto.include.jmx.reporter", "default.api.timeout.ms", "exclude.internal.topics"};

}  // namespace

Properties read_java_properties(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read the configuration file " + file);
  Properties properties;
  std::string entry;
  std::string line;
  while (std::getline(in, line)) {
    if (line.ends_with('\r')) line.pop_back();
    line = without_leading_space(line);
    if (entry.empty() && (line.empty() || line[0] == '#' || line[0] == '!')) continue;
    entry += line;
    if (goes_on(entry) && !in.eof()) {
      entry.pop_back();
      continue;
    }
    properties.insert_or_assign(split(entry).first, split(entry).second);
    entry.clear();
  }
  return properties;
}

void apply_properties(const Properties& properties, ConsumerConfig& config) {
  const auto known = setters();
  for (const auto& [name, value] : properties) {
    if (kLeftOut.contains(name)) continue;
    if (const auto setter = known.find(name); setter != known.end()) {
      setter->second(config, value);
    } else {
      config.librdkafka[name] = value;
    }
  }
}

}  // namespace verifiable

#include "common/config.h"

#include <functional>
#include <map>
#include <stdexcept>

namespace bench {

namespace {

using strandline::CommitMode;
using strandline::ConsumerConfig;
using strandline::Ordering;
using Apply = std::function<void(ConsumerConfig&, const std::string&)>;

/// A setter for a number, wherever it lies.
template <class Place>
Apply number(Place place) {
  return [place](ConsumerConfig& config, const std::string& value) {
    auto& target = place(config);
    target = static_cast<std::remove_reference_t<decltype(target)>>(std::stoull(value));
  };
}

void set_commit(ConsumerConfig& config, const std::string& value) {
  if (value != "periodic" && value != "none") {
    throw std::runtime_error("--option commit=" + value + ": periodic or none");
  }
  config.commit.mode = value == "none" ? CommitMode::none : CommitMode::periodic;
}

void set_in_flight(ConsumerConfig& config, const std::string& value) {
  config.in_flight.records_max = std::stoull(value);
  config.in_flight.records_max_per_partition = config.in_flight.records_max;
}

const std::map<std::string, Apply>& known() {
  using C = ConsumerConfig;
  static const std::map<std::string, Apply> settings{
      {"instances", number([](C& c) -> auto& { return c.instances; })},
      {"workers", number([](C& c) -> auto& { return c.workers; })},
      {"async_max", number([](C& c) -> auto& { return c.async_max; })},
      {"batch", number([](C& c) -> auto& { return c.fetch.batch_records_max; })},
      {"prefetch_records", number([](C& c) -> auto& { return c.fetch.prefetch_records; })},
      {"prefetch_bytes", number([](C& c) -> auto& { return c.fetch.prefetch_bytes; })},
      {"fetch_min_bytes", number([](C& c) -> auto& { return c.fetch.bytes_min; })},
      {"fetch_max_bytes", number([](C& c) -> auto& { return c.fetch.bytes_max; })},
      {"partition_fetch_bytes", number([](C& c) -> auto& { return c.fetch.partition_bytes_max; })},
      {"fetch_wait_ms",
       [](C& c, const std::string& value) {
         c.fetch.wait_max = std::chrono::milliseconds(std::stoll(value));
       }},
      {"heartbeat_ms",
       [](C& c, const std::string& value) {
         c.group.heartbeat_interval = std::chrono::milliseconds(std::stoll(value));
       }},
      {"commit", set_commit},
      {"in_flight_records", set_in_flight},
  };
  return settings;
}

Ordering ordering_of(const std::string& name) {
  if (name == "key") return Ordering::key;
  return name == "none" ? Ordering::none : Ordering::partition;
}

}  // namespace

ConsumerConfig consumer_config(const Options& options, const std::string& group) {
  ConsumerConfig config{
      .bootstrap_servers = options.bootstrap_servers, .group_id = group, .topics = {options.topic}};
  config.order = ordering_of(options.order);
  // Asynchronous work needs no thread of its own: as many as there are cores start and end it.
  config.workers = options.async() ? 0 : options.concurrency;
  if (options.async()) config.async_max = options.concurrency;
  for (const auto& [name, value] : options.settings) {
    if (name.find('.') != std::string::npos) {
      config.librdkafka[name] = value;
    } else if (const auto setting = known().find(name); setting != known().end()) {
      setting->second(config, value);
    } else {
      throw std::runtime_error("--option " + name + ": no setting of this arm");
    }
  }
  return config;
}

nlohmann::json fetch_settings(const strandline::ConsumerConfig& config, const Options& options) {
  nlohmann::json settings = options.settings;
  settings["commit_interval_ms"] = config.commit.interval.count();
  settings["batch"] = config.fetch.batch_records_max;
  settings["prefetch_records"] = config.fetch.prefetch_records;
  settings["fetch_max_bytes"] = config.fetch.bytes_max;
  settings["partition_fetch_bytes"] = config.fetch.partition_bytes_max;
  return settings;
}

}  // namespace bench

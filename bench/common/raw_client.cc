#include "common/raw_client.h"

#include "common/config.h"
#include "kafka/conf.h"
#include "kafka/handles.h"
#include "kafka/partition_list.h"

#include <array>
#include <stdexcept>

namespace bench {

using strandline::detail::BuiltConf;
using strandline::detail::PartitionListHandle;

namespace {

void set(rd_kafka_conf_t* conf, const char* property, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, property, value.c_str(), why.data(), why.size()) !=
      RD_KAFKA_CONF_OK) {
    throw std::runtime_error(why.data());
  }
}

}  // namespace

void DestroyRawClient::operator()(rd_kafka_t* client) const noexcept {
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
}

RawClient connect_raw(const Options& options, const std::string& group) {
  const strandline::ConsumerConfig config = consumer_config(options, group);
  BuiltConf built = strandline::detail::build_consumer_conf(config, 0);
  if (!built.faults.empty()) {
    throw std::runtime_error(strandline::detail::to_error(built.faults).message);
  }
  const bool commits = config.commit.mode != strandline::CommitMode::none;
  set(built.conf.get(), "enable.auto.commit", commits ? "true" : "false");
  set(built.conf.get(), "enable.auto.offset.store", commits ? "true" : "false");
  set(built.conf.get(), "auto.commit.interval.ms", std::to_string(config.commit.interval.count()));
  // Nobody serves events here; logs go to stderr.
  set(built.conf.get(), "log.queue", "false");
  rd_kafka_conf_set_events(built.conf.get(), 0);

  std::array<char, 512> why{};
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, built.conf.get(), why.data(), why.size());
  if (client == nullptr) throw std::runtime_error(why.data());
  strandline::detail::disown(built.conf);
  RawClient owner{client};
  rd_kafka_poll_set_consumer(client);
  const PartitionListHandle topics = strandline::detail::new_list(1);
  rd_kafka_topic_partition_list_add(topics.get(), options.topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto error = rd_kafka_subscribe(client, topics.get());
      error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(std::string("subscribing: ") + rd_kafka_err2str(error));
  }
  return owner;
}

}  // namespace bench

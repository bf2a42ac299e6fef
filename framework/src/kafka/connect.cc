#include "kafka/connect.h"

#include "base/log.h"
#include "kafka/conf.h"
#include "kafka/rdkafka_client.h"
#include "kafka/rdkafka_producer.h"
#include "kafka/version.h"

#include <array>
#include <utility>

namespace strandline::detail {

namespace {

BuiltConf build_checked(const ConsumerConfig& config, unsigned instance) {
  BuiltConf built = build_consumer_conf(config, instance);
  std::vector<ConfigFault> faults = version_faults(loaded_version(), config);
  built.faults.insert(built.faults.begin(), faults.begin(), faults.end());
  return built;
}

Result<ClientHandle> new_client(rd_kafka_type_t type, BuiltConf built) {
  if (!built.faults.empty()) return Unexpected(to_error(built.faults));
  std::array<char, 512> why{};
  ClientHandle client{rd_kafka_new(type, built.conf.get(), why.data(), why.size())};
  if (!client) {
    // What single properties do not show: options that contradict each other, missing files.
    return Unexpected(to_error({{"librdkafka", why.data(), "see librdkafka's CONFIGURATION.md"}}));
  }
  disown(built.conf);
  return client;
}

}  // namespace

std::vector<ConfigFault> client_faults(const ConsumerConfig& config) {
  return build_checked(config, 0).faults;
}

Result<std::unique_ptr<BrokerClient>> connect(const ConsumerConfig& config, unsigned instance,
                                              Doorbell& doorbell) {
  if (const std::string warning = version_warning(loaded_version());
      instance == 0 && !warning.empty()) {
    log(LogLevel::warning, "{}", warning);
  }
  BuiltConf built = build_checked(config, instance);
  auto scratch = std::make_unique<FeedScratch>();
  scratch->listen(*built.conf);
  Result<ClientHandle> client = new_client(RD_KAFKA_CONSUMER, std::move(built));
  if (!client) return Unexpected(client.error());
  return std::make_unique<RdkafkaClient>(std::move(*client), std::move(scratch), config, doorbell);
}

Result<std::unique_ptr<ProducerClient>> connect_producer(const ConsumerConfig& config,
                                                         Doorbell& doorbell) {
  Result<ClientHandle> client = new_client(RD_KAFKA_PRODUCER, build_producer_conf(config));
  if (!client) return Unexpected(client.error());
  return std::make_unique<RdkafkaProducer>(std::move(*client), doorbell);
}

}  // namespace strandline::detail

#include "common/producer.h"

#include <array>
#include <stdexcept>

namespace bench {

Producer connect_producer(const std::vector<std::pair<std::string, std::string>>& properties,
                          OnDelivery on_delivery, void* opaque) {
  std::array<char, 512> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      throw std::runtime_error(why.data());
    }
  }
  rd_kafka_conf_set_opaque(conf, opaque);
  if (on_delivery != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  Producer client{rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size())};
  if (!client) throw std::runtime_error(why.data());
  return client;
}

}  // namespace bench

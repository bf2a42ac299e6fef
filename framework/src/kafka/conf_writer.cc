#include "kafka/conf_writer.h"

#include <array>

namespace strandline::detail {

void ConfWriter::set(const char* property, const std::string& value, const std::string& field) {
  std::array<char, 512> why{};
  const rd_kafka_conf_res_t result =
      rd_kafka_conf_set(conf_.get(), property, value.c_str(), why.data(), why.size());
  if (result == RD_KAFKA_CONF_OK) return;
  faults_.push_back({field, std::string("librdkafka refuses ") + property + ": " + why.data(),
                     result == RD_KAFKA_CONF_UNKNOWN
                         ? "see librdkafka's CONFIGURATION.md for the names your version knows"
                         : "see librdkafka's CONFIGURATION.md for the values it takes"});
}

void ConfWriter::set_if_known(const char* property, const std::string& value) {
  rd_kafka_conf_set(conf_.get(), property, value.c_str(), nullptr, 0);
}

}  // namespace strandline::detail

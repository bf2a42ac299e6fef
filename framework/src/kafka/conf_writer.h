#pragma once

#include <strandline/error.h>

#include "kafka/handles.h"

#include <chrono>
#include <string>
#include <type_traits>
#include <vector>

namespace strandline::detail {

/// Sets properties and collects refusals, so that one run shows them all.
class ConfWriter {
 public:
  /// `field` is our name for it, which a fault carries.
  void set(const char* property, const std::string& value, const std::string& field);

  template <class Number>
    requires std::is_integral_v<Number>
  void set(const char* property, Number value, const std::string& field) {
    set(property, std::to_string(value), field);
  }
  void set(const char* property, std::chrono::milliseconds value, const std::string& field) {
    set(property, value.count(), field);
  }

  /// For a default of ours that older versions of librdkafka do not know.
  void set_if_known(const char* property, const std::string& value);

  [[nodiscard]] rd_kafka_conf_t* get() noexcept { return conf_.get(); }
  [[nodiscard]] ConfHandle take() noexcept { return std::move(conf_); }
  [[nodiscard]] std::vector<ConfigFault>& faults() noexcept { return faults_; }

 private:
  ConfHandle conf_{rd_kafka_conf_new()};
  std::vector<ConfigFault> faults_;
};

}  // namespace strandline::detail

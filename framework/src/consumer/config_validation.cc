#include "consumer/config_validation.h"

namespace strandline {

std::vector<ConfigFault> ConsumerConfig::validate() const {
  detail::ConfigFaults faults;
  detail::validate_subscription(*this, faults);
  detail::validate_group(*this, faults);
  detail::validate_commit(*this, faults);
  detail::validate_failure(*this, faults);
  detail::validate_limits(*this, faults);
  detail::validate_properties(*this, faults);
  return std::move(faults).take();
}

}  // namespace strandline

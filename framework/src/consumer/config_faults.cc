#include "consumer/config_faults.h"

namespace strandline::detail {

bool ConfigFaults::check_range(const char* field, unsigned long long value,
                               unsigned long long least, unsigned long long most) {
  if (value >= least && value <= most) return true;
  add(field, "is " + std::to_string(value),
      "choose from " + std::to_string(least) + " to " + std::to_string(most));
  return false;
}

bool ConfigFaults::check_range(const char* field, std::chrono::milliseconds value,
                               std::chrono::milliseconds least, std::chrono::milliseconds most) {
  if (value >= least && value <= most) return true;
  add(field, "is " + std::to_string(value.count()) + " ms",
      "choose from " + std::to_string(least.count()) + " ms to " + std::to_string(most.count()) +
          " ms");
  return false;
}

}  // namespace strandline::detail

#pragma once

#include <strandline/error.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace strandline::detail {

/// Collects all faults of a configuration, so that one run mends them all. Any one thread.
class ConfigFaults {
 public:
  /// No time of a configuration may be longer, so that added to any clock it cannot overflow.
  static constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);

  void add(std::string field, std::string problem, std::string hint) {
    faults_.push_back({std::move(field), std::move(problem), std::move(hint)});
  }
  void add_if(bool wrong, const char* field, const char* problem, const char* hint) {
    if (wrong) add(field, problem, hint);
  }
  /// A number that has to lie within [least, most]. True when it does.
  bool check_range(const char* field, unsigned long long value, unsigned long long least,
                   unsigned long long most);
  bool check_range(const char* field, std::chrono::milliseconds value,
                   std::chrono::milliseconds least, std::chrono::milliseconds most = kLongest);

  [[nodiscard]] std::vector<ConfigFault> take() && { return std::move(faults_); }

 private:
  std::vector<ConfigFault> faults_;
};

}  // namespace strandline::detail

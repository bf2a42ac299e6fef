#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <system_error>

namespace strandline {

/// What became of one record. A handler that returns `void` means `done` by returning.
enum class Outcome : std::uint8_t {
  done,         ///< finished: the commit position may pass it
  retry,        ///< this attempt failed: the failure policy decides
  dead_letter,  ///< send it to the dead-letter topic now, whatever attempts are left
};

/// Why an attempt failed: what the failure policy classifies and the dead letter carries.
struct Failure {
  std::string why;
  std::error_code code{};
  std::exception_ptr exception{};
};

}  // namespace strandline

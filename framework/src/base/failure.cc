#include "base/failure.h"

#include <utility>

namespace strandline::detail {

Failure failure_of(std::exception_ptr exception) noexcept {
  Failure failure;
  if (!exception) {
    failure.why = "a failure without an exception";
    return failure;
  }
  try {
    std::rethrow_exception(exception);
  } catch (const std::system_error& error) {
    failure.why = error.what();
    failure.code = error.code();
  } catch (const std::exception& error) {
    failure.why = error.what();
  } catch (...) {
    failure.why = "an exception that is not derived from std::exception";
  }
  failure.exception = std::move(exception);
  return failure;
}

}  // namespace strandline::detail

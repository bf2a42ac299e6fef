#include "base/failure.h"

#include <utility>

namespace strandline::detail {

namespace {
// User code: null has been seen.
const char* text_of(const std::exception& error) noexcept {
  const char* const text = error.what();
  return text != nullptr ? text : "an exception without a text";
}
}  // namespace

Failure failure_of(std::exception_ptr exception) noexcept {
  Failure failure;
  if (!exception) {
    failure.why = "a failure without an exception";
    return failure;
  }
  try {
    std::rethrow_exception(exception);
  } catch (const std::system_error& error) {
    failure.why = text_of(error);
    failure.code = error.code();
  } catch (const std::exception& error) {
    failure.why = text_of(error);
  } catch (...) {
    failure.why = "an exception that is not derived from std::exception";
  }
  failure.exception = std::move(exception);
  return failure;
}

}  // namespace strandline::detail

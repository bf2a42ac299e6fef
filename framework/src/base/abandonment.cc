#include "base/abandonment.h"

#include <string>
#include <system_error>

namespace strandline::detail {

namespace {

class AbandonmentCategory final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "strandline.completion"; }
  [[nodiscard]] std::string message(int /*value*/) const override {
    return "a completion was dropped without an answer";
  }
};

const AbandonmentCategory& category() noexcept {
  static const AbandonmentCategory instance;
  return instance;
}

}  // namespace

Failure abandonment() noexcept {
  return {"the completion was dropped without an answer", std::error_code(1, category()), {}};
}

bool is_abandonment(const Failure& failure) noexcept {
  return failure.code.category() == category();
}

}  // namespace strandline::detail

#include "base/thread_name.h"

#include <pthread.h>

#include <array>
#include <cstddef>

namespace strandline::detail {

void set_thread_name(std::string_view name) noexcept {
  static constexpr std::size_t kLongest = 15;
  if (name.size() > kLongest) name.remove_prefix(name.size() - kLongest);
  std::array<char, kLongest + 1> text{};
  name.copy(text.data(), name.size());
  // Fails only for a name that is too long, and a thread without a name works as well.
  static_cast<void>(pthread_setname_np(pthread_self(), text.data()));
}

}  // namespace strandline::detail

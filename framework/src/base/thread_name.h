#pragma once

#include <string_view>

namespace strandline::detail {

/// Names the calling thread, for `top -H` and debuggers. Linux keeps 15 characters; of a longer
/// name the end is kept, since a thread's number stands there.
void set_thread_name(std::string_view name) noexcept;

}  // namespace strandline::detail

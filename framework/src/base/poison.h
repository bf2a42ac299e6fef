#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STRANDLINE_ADDRESS_SANITIZER 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define STRANDLINE_ADDRESS_SANITIZER 1
#endif

#ifdef STRANDLINE_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace strandline::detail {

/// Memory that is kept to be used again: with the address sanitizer it counts as freed until it is
/// handed out again; without, nothing happens. Thread safety: as the memory.
inline void poison([[maybe_unused]] const void* memory, [[maybe_unused]] std::size_t size) {
#ifdef STRANDLINE_ADDRESS_SANITIZER
  __asan_poison_memory_region(memory, size);
#endif
}
inline void unpoison([[maybe_unused]] const void* memory, [[maybe_unused]] std::size_t size) {
#ifdef STRANDLINE_ADDRESS_SANITIZER
  __asan_unpoison_memory_region(memory, size);
#endif
}

}  // namespace strandline::detail

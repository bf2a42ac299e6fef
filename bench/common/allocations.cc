#include "common/allocations.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace bench {

namespace {

std::atomic<std::int64_t> count{0};
std::atomic<std::int64_t> live_bytes{0};

void* taken(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  count.fetch_add(1, std::memory_order_relaxed);
  live_bytes.fetch_add(static_cast<std::int64_t>(malloc_usable_size(memory)),
                       std::memory_order_relaxed);
  return memory;
}

void give_back(void* memory) noexcept {
  if (memory == nullptr) return;
  live_bytes.fetch_sub(static_cast<std::int64_t>(malloc_usable_size(memory)),
                       std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

Allocations allocations() noexcept {
  return {count.load(std::memory_order_relaxed), live_bytes.load(std::memory_order_relaxed)};
}

}  // namespace bench

// The other forms of the operators call these.
void* operator new(std::size_t size) { return bench::taken(std::malloc(size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto to = static_cast<std::size_t>(alignment);
  return bench::taken(std::aligned_alloc(to, (size + to - 1) / to * to));
}
void operator delete(void* memory) noexcept { bench::give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { bench::give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { bench::give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  bench::give_back(memory);
}

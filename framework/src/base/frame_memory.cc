#include <strandline/completion.h>
#include <strandline/detail/frame_memory.h>

#include "base/poison.h"

#include <new>
#include <utility>

namespace strandline::detail {

namespace {

// Before each frame: the call it lies behind, null for one on the heap.
struct alignas(__STDCPP_DEFAULT_NEW_ALIGNMENT__) Header {
  AsyncCall* home;
};

thread_local AsyncCall* home = nullptr;

std::size_t with_header(std::size_t size) noexcept {
  constexpr std::size_t kUnit = alignof(Header);
  return sizeof(Header) + (size + kUnit - 1) / kUnit * kUnit;
}

}  // namespace

void* FrameMemory::operator new(std::size_t size) {
  const std::size_t whole = with_header(size);
  AsyncCall* from = home;
  void* memory = from != nullptr ? from->frame_room(whole) : nullptr;
  if (memory != nullptr) {
    unpoison(memory, whole);
    from->add_share();
  } else {
    from = nullptr;
    memory = ::operator new(whole);
  }
  return ::new (memory) Header{from} + 1;
}

void FrameMemory::operator delete(void* frame, std::size_t size) noexcept {
  Header* const header = static_cast<Header*>(frame) - 1;
  const std::size_t whole = with_header(size);
  if (AsyncCall* const from = header->home) {
    poison(header, whole);
    // Only in the thread that starts the call, which has it to itself: others leave the room unused
    // until the call has ended.
    if (from == home) from->frame_gone(header, whole);
    from->drop_share();
  } else {
    ::operator delete(header, whole);
  }
}

FrameHome::FrameHome(AsyncCall& call) noexcept : outer_(std::exchange(home, &call)) {}
FrameHome::~FrameHome() { home = outer_; }

}  // namespace strandline::detail

#pragma once

#include <cstddef>

namespace strandline::detail {

class AsyncCall;

/// From where the framework's coroutine promises take their frames' memory. What is made while a
/// call is started comes from behind the call itself, as far as there is room, so that a handler
/// that is a coroutine allocates nothing at steady state. Everything else comes from the heap:
/// what does not fit, and tasks that are begun after the first suspension, since from there on the
/// coroutine may be on any thread.
///
/// A frame has a share of the call that it lies behind. Thread safety: a frame may be made and go
/// on any thread.
struct FrameMemory {
  static void* operator new(std::size_t size);
  static void operator delete(void* frame, std::size_t size) noexcept;
};

/// While it lives, frames made on this thread lie behind the call. The caller has a share of it.
class FrameHome {
 public:
  explicit FrameHome(AsyncCall& call) noexcept;
  FrameHome(const FrameHome&) = delete;
  FrameHome& operator=(const FrameHome&) = delete;
  ~FrameHome();

 private:
  AsyncCall* outer_;
};

}  // namespace strandline::detail

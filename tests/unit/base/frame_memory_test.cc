#include <strandline/detail/frame_memory.h>
#include <strandline/task.h>

#include "support/fake_call.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace strandline::detail {
namespace {

/// A call with room for frames, which notes who asks for it.
class RoomyCall final : public AsyncCall {
 public:
  explicit RoomyCall(std::size_t room) : room_(room) {}
  [[nodiscard]] const Record& record() const noexcept override { return record_; }
  void answer(Outcome, Failure) noexcept override {}
  [[nodiscard]] void* frame_room(std::size_t size) noexcept override {
    asked.push_back(size);
    if (used_ + size > room_) return nullptr;
    used_ += size;
    return bytes_ + used_ - size;
  }
  void frame_gone(void*, std::size_t size) noexcept override { gone.push_back(size); }

  std::vector<std::size_t> asked{};
  std::vector<std::size_t> gone{};
  bool ended = false;

  [[nodiscard]] bool holds(const void* memory) const noexcept {
    return memory >= bytes_ && memory < bytes_ + sizeof(bytes_);
  }

 private:
  void end() noexcept override { ended = true; }

  alignas(std::max_align_t) std::byte bytes_[256];
  std::size_t room_;
  std::size_t used_ = 0;
  test::FakeMessage message_{};
  Record record_{message_.fields()};
};

TEST(FrameMemory, ComesFromTheCallThatIsBeingStarted) {
  RoomyCall call(256);
  void* frame = nullptr;
  {
    const FrameHome home(call);
    frame = FrameMemory::operator new(40);
  }
  EXPECT_TRUE(call.holds(frame));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(frame) % __STDCPP_DEFAULT_NEW_ALIGNMENT__, 0U);
  EXPECT_EQ(call.asked.size(), 1U);
  FrameMemory::operator delete(frame, 40);
}

TEST(FrameMemory, ComesFromTheHeapWithoutACallOrRoom) {
  RoomyCall call(64);
  void* const outside = FrameMemory::operator new(40);
  EXPECT_FALSE(call.holds(outside));
  EXPECT_TRUE(call.asked.empty());
  const FrameHome home(call);
  void* const large = FrameMemory::operator new(100);
  EXPECT_FALSE(call.holds(large));
  EXPECT_EQ(call.asked.size(), 1U);
  FrameMemory::operator delete(large, 100);
  FrameMemory::operator delete(outside, 40);
  EXPECT_TRUE(call.gone.empty()) << "neither was the call's";
}

TEST(FrameMemory, AFrameKeepsItsCallAndEndsItOnAnyThread) {
  RoomyCall call(256);
  void* frame = nullptr;
  {
    const FrameHome home(call);
    frame = FrameMemory::operator new(40);
  }
  call.drop_share();
  EXPECT_FALSE(call.ended);
  std::jthread([frame] { FrameMemory::operator delete(frame, 40); }).join();
  EXPECT_TRUE(call.ended);
  EXPECT_TRUE(call.gone.empty()) << "only the thread that starts the call may give room back";
}

TEST(FrameMemory, RoomGoesBackToTheCallWhileItIsBeingStarted) {
  RoomyCall call(256);
  const FrameHome home(call);
  FrameMemory::operator delete(FrameMemory::operator new(40), 40);
  EXPECT_EQ(call.gone, call.asked);
}

TEST(FrameMemory, StartsNest) {
  RoomyCall outer(256);
  RoomyCall inner(256);
  const FrameHome home(outer);
  {
    const FrameHome nested(inner);
    FrameMemory::operator delete(FrameMemory::operator new(40), 40);
  }
  FrameMemory::operator delete(FrameMemory::operator new(40), 40);
  EXPECT_EQ(inner.asked.size(), 1U);
  EXPECT_EQ(outer.asked.size(), 1U);
}

TEST(FrameMemory, TasksUseIt) {
  RoomyCall call(256);
  const FrameHome home(call);
  {
    const Task<void> task = []() -> Task<void> { co_return; }();
  }
  EXPECT_EQ(call.asked.size(), 1U);
}

}  // namespace
}  // namespace strandline::detail

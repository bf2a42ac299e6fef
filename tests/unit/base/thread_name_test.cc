#include "base/thread_name.h"

#include <gtest/gtest.h>

#include <pthread.h>

#include <array>
#include <string>
#include <thread>

namespace strandline::detail {
namespace {

std::string name_after(std::string_view name) {
  std::string result;
  // In a thread of its own, so that the test's one keeps its name.
  std::thread([&] {
    set_thread_name(name);
    std::array<char, 64> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    result = text.data();
  }).join();
  return result;
}

TEST(ThreadName, IsWhatTheSystemShows) { EXPECT_EQ(name_after("poller-0"), "poller-0"); }

TEST(ThreadName, KeepsTheEndOfALongOne) {
  EXPECT_EQ(name_after("123456789012345"), "123456789012345");
  EXPECT_EQ(name_after("strandline-worker-1000"), "ine-worker-1000");
}

}  // namespace
}  // namespace strandline::detail

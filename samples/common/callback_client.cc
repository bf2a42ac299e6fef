#include "common/callback_client.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace samples {

CallbackClient::CallbackClient() : server_([this](const std::stop_token& stop) { serve(stop); }) {}

CallbackClient::~CallbackClient() = default;

void CallbackClient::store(std::string value, Answer answer) {
  {
    const std::scoped_lock lock{mutex_};
    const bool accepted = ++requests_ % 50 != 0;
    waiting_.push_back({std::move(value), accepted, std::move(answer)});
    most_at_once_ = std::max(most_at_once_, waiting_.size());
  }
  changed_.notify_one();
}

std::size_t CallbackClient::most_at_once() const {
  const std::scoped_lock lock{mutex_};
  return most_at_once_;
}

void CallbackClient::serve(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
    const Request request = std::move(waiting_.back());
    waiting_.pop_back();
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    // Without the lock: the answer may well lead to the next request.
    request.answer(request.accepted);
  }
}

}  // namespace samples

#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace samples {

/// In place of a client library that calls back: `store` returns at once, the answer comes a
/// millisecond or more later from a thread of the client. The newest request is answered first, and
/// every fiftieth is refused. Its destructor answers what is left. Thread safety: any thread.
class CallbackClient {
 public:
  using Answer = std::function<void(bool stored)>;

  CallbackClient();
  CallbackClient(const CallbackClient&) = delete;
  CallbackClient& operator=(const CallbackClient&) = delete;
  ~CallbackClient();

  void store(std::string value, Answer answer);

  [[nodiscard]] std::size_t most_at_once() const;

 private:
  struct Request {
    std::string value;
    bool accepted;
    Answer answer;
  };

  void serve(const std::stop_token& stop);

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Request> waiting_;
  std::size_t requests_ = 0;
  std::size_t most_at_once_ = 0;
  std::jthread server_;  ///< last: it uses the members above
};

}  // namespace samples

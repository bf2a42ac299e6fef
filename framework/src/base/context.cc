#include <strandline/context.h>

#include "base/failure.h"
#include "base/log.h"

#include <future>
#include <memory>
#include <utility>

namespace strandline {

Result<Offset> Context::commit() {
  if (!backend_->may_block()) {
    return strandline::fail(
        ErrorCode::invalid_state,
        "Context::commit waits, which asynchronous handlers and coroutines must not; "
        "call commit_async instead");
  }
  // Shared with the answer: should the backend keep it for longer than it is waited for, nothing
  // dangles.
  auto promise = std::make_shared<std::promise<Result<Offset>>>();
  std::future<Result<Offset>> answer = promise->get_future();
  backend_->commit(
      [own = std::move(promise)](Result<Offset> result) { own->set_value(std::move(result)); });
  try {
    // No deadline of its own: the poller answers every request, at the latest when the broker's
    // answer is overdue (CommitConfig::timeout) or the partition is given up.
    return answer.get();
  } catch (const std::future_error&) {
    return strandline::fail(ErrorCode::stopped,
                            "the consumer went away before it answered a commit of " +
                                to_string(topic_partition()) +
                                "; whether it took effect is not known");
  }
}

void Context::commit_async(std::function<void(Result<Offset>)> answer) {
  backend_->commit([user = std::move(answer)](Result<Offset> result) {
    // On the poller thread: what came out of here would end it.
    try {
      user(std::move(result));
    } catch (...) {
      detail::log(LogLevel::error, "the answer to a commit threw: {}",
                  detail::failure_of(std::current_exception()).why);
    }
  });
}

}  // namespace strandline

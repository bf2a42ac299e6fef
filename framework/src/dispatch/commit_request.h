#pragma once

#include "dispatch/answer.h"
#include "dispatch/run.h"

#include <functional>
#include <utility>

namespace strandline::detail {

/// `Context::commit` on its way to the poller. Made by a worker, deletes itself once it has been
/// served. The run is still out when the poller serves it, unless the handler did not wait: then
/// the run came back after it, through the same queue from the same thread, and so in this order.
class CommitRequest final : public Answer {
 public:
  CommitRequest(RunOwner& owner, Run& run, std::uint32_t end,
                std::function<void(Result<Offset>)> answer)
      : owner_(owner), run_(run), end_(end), answer_(std::move(answer)) {}

  void on_poller() noexcept override {
    if (run_.turn != turn_) {
      // Asked by a thread the handler gave its Context to, and overtaken by the run itself.
      answer_(fail(ErrorCode::invalid_state,
                   "Context::commit was called after its handler had returned"));
      delete this;
      return;
    }
    owner_.on_commit_request(run_, end_, std::move(answer_));
    delete this;
  }
  void discard() noexcept override {
    answer_(fail(ErrorCode::stopped, "the consumer has stopped; nothing more is committed"));
    delete this;
  }

 private:
  RunOwner& owner_;
  Run& run_;
  const std::uint64_t turn_ = run_.turn;
  std::uint32_t end_;
  std::function<void(Result<Offset>)> answer_;
};

}  // namespace strandline::detail

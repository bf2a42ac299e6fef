#pragma once

#include <strandline/completion.h>

#include "support/fake_message.h"

#include <utility>
#include <vector>

namespace strandline::test {

/// One asynchronous call, owned by the test; keeps what it was answered.
class FakeCall final : public detail::AsyncCall {
 public:
  struct Answer {
    Outcome outcome;
    Failure failure;
  };

  [[nodiscard]] const Record& record() const noexcept override { return record_; }
  void answer(Outcome outcome, Failure failure) noexcept override {
    answers.push_back({outcome, std::move(failure)});
  }

  [[nodiscard]] Completion completion() noexcept {
    return Completion(detail::share_of<detail::AsyncCall>(*this));
  }

  std::vector<Answer> answers{};
  bool ended = false;  ///< nobody shares it any more, the test included

 private:
  void end() noexcept override { ended = true; }

  FakeMessage message_{};
  Record record_{message_.fields()};
};

}  // namespace strandline::test

#include <strandline/detail/handler_source.h>

#include <utility>

namespace strandline::detail {

void answer(Completion completion, Outcome outcome, Context& context) noexcept {
  if (outcome == Outcome::done) return std::move(completion).done();
  // Taken before the answer: the context goes with the call that the answer ends.
  Failure failure = context.take_failure();
  if (outcome == Outcome::dead_letter) {
    std::move(completion).dead_letter(std::move(failure.why), failure.code);
  } else {
    std::move(completion).retry(std::move(failure.why), failure.code);
  }
}

BatchOutcome batch_outcome(Outcome outcome, const Batch& batch, Context& context) {
  if (outcome == Outcome::done) return BatchOutcome::done();
  Failure failure = context.take_failure();
  if (outcome == Outcome::retry) return BatchOutcome::retry(std::move(failure.why), failure.code);
  BatchOutcome all = BatchOutcome::done();
  for (std::size_t i = 0; i < batch.size(); ++i) all.dead_letter(i, failure);
  return all;
}

}  // namespace strandline::detail

// One record, one answer: two completions could give two.
// expect: use of deleted function
#include <strandline/completion.h>

#include <utility>

void answer(strandline::Completion completion) {
#ifdef MISUSE
  strandline::Completion other = completion;
#else
  strandline::Completion other = std::move(completion);
#endif
  std::move(other).done();
}

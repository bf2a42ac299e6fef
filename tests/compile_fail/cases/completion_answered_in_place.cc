// An answer uses the completion up, and the code says so: std::move(completion).done().
// expect: discards qualifiers
#include <strandline/completion.h>

#include <utility>

void answer(strandline::Completion completion) {
#ifdef MISUSE
  completion.done();
#else
  std::move(completion).done();
#endif
}

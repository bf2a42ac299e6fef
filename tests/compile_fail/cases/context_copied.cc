// A context ends with the handler call; a copy would speak for a record that is finished.
// expect: use of deleted function
#include <strandline/context.h>

unsigned attempts(strandline::Context& context) {
#ifdef MISUSE
  strandline::Context kept = context;
#else
  strandline::Context& kept = context;
#endif
  return kept.attempt();
}

// The one sum that offsets have is next(): written by hand it is forgotten, or done twice.
// expect: no match for
#include <strandline/types.h>

strandline::Offset following(strandline::Offset offset) {
#ifdef MISUSE
  return offset + 1;
#else
  return offset.next();
#endif
}

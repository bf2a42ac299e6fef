// Two numbers that mean different things are neither equal nor less.
// expect: no match for
#include <strandline/types.h>

bool same(strandline::Offset offset, strandline::PartitionId partition) {
#ifdef MISUSE
  return offset == partition;
#else
  return offset == strandline::Offset{7} && partition == strandline::PartitionId{7};
#endif
}

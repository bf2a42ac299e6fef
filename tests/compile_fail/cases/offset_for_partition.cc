// Offset and partition are both numbers, and neither stands for the other.
// expect: could not convert
#include <strandline/types.h>

strandline::TopicPartition name(strandline::Offset offset, strandline::PartitionId partition) {
#ifdef MISUSE
  return {"orders", offset};
#else
  (void)offset;
  return {"orders", partition};
#endif
}

// A copy would look into memory that goes back to librdkafka; copy() takes the bytes along.
// expect: use of deleted function
#include <strandline/record.h>

#include <vector>

void keep(const strandline::Record& record, std::vector<strandline::OwnedRecord>& kept) {
#ifdef MISUSE
  const strandline::Record copy = record;
  kept.push_back(copy.copy());
#else
  kept.push_back(record.copy());
#endif
}

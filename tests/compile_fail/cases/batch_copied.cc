// A batch is a view like its records.
// expect: use of deleted function
#include <strandline/batch.h>

#include <vector>

void keep(const strandline::Batch& batch, std::vector<strandline::OwnedRecord>& kept) {
#ifdef MISUSE
  const strandline::Batch copy = batch;
#else
  const strandline::Batch& copy = batch;
#endif
  for (const strandline::Record& record : copy) kept.push_back(record.copy());
}

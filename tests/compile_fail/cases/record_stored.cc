// A container of records would outlive the handler call they belong to.
// expect: use of deleted function
#include <strandline/record.h>

#include <deque>

#ifdef MISUSE
void keep(const strandline::Record& record, std::deque<strandline::Record>& later) {
  later.push_back(record);
}
#else
void keep(const strandline::Record& record, std::deque<strandline::OwnedRecord>& later) {
  later.push_back(record.copy());
}
#endif

// Headers are read from the record when they are looked at; here it is gone by then.
// expect: use of deleted function
#include <strandline/record.h>

strandline::Record make();

std::size_t good() {
  const strandline::Record& record = make();
  return record.headers().size();
}

#ifdef MISUSE
std::size_t bad() {
  const strandline::Headers headers = make().headers();
  return headers.size();
}
#endif

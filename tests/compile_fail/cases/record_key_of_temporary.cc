// A view into a record that is gone at the end of the expression.
// expect: use of deleted function
#include <strandline/record.h>

strandline::Record make();

std::size_t good() {
  const strandline::Record& record = make();
  return record.key().size();
}

#ifdef MISUSE
std::string_view bad() { return make().key(); }
#endif

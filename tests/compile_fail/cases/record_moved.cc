// Moving a view leaves the memory behind that it looks at.
// expect: no matching function for call
#include <strandline/record.h>

#include <optional>
#include <utility>

void keep(strandline::Record& record) {
#ifdef MISUSE
  std::optional<strandline::Record> kept;
  kept.emplace(std::move(record));
#else
  const std::optional<strandline::OwnedRecord> kept = record.copy();
  (void)kept;
#endif
}

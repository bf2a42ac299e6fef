#include <strandline/version.h>

#define STRANDLINE_TEXT(number) #number
#define STRANDLINE_JOIN(major, minor, patch) \
  STRANDLINE_TEXT(major) "." STRANDLINE_TEXT(minor) "." STRANDLINE_TEXT(patch)

namespace strandline {

const char* version() noexcept {
  return STRANDLINE_JOIN(STRANDLINE_VERSION_MAJOR, STRANDLINE_VERSION_MINOR,
                         STRANDLINE_VERSION_PATCH);
}

}  // namespace strandline

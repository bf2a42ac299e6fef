/* Force-included into every file of librdkafka when set-up builds it on mimalloc for itself alone:
 * a message is allocated on a broker thread and freed on ours, the worst case of glibc's malloc.
 * The system headers come first, so that their own declarations are not renamed. */
#ifndef STRANDLINE_RDKAFKA_MIMALLOC_H
#define STRANDLINE_RDKAFKA_MIMALLOC_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>
#include <string.h>

#include <mimalloc.h>

#define malloc mi_malloc
#define calloc mi_calloc
#define realloc mi_realloc
#define free mi_free
#undef strdup
#define strdup mi_strdup
#undef strndup
#define strndup mi_strndup
#endif

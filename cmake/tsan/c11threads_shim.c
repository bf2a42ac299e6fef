/* C11 threads on top of pthreads, for thread sanitizer builds only.
 *
 * libc's own mtx_lock and thrd_create reach its internals without passing the interceptors of the
 * sanitizer, so everything a library guards with them looks unguarded, and its threads are unknown.
 * Linked into an executable these take precedence for every shared library too. The types are
 * libc's: mtx_t and cnd_t are as large and as aligned as their pthread counterparts. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "mtx_t must hold a pthread_mutex_t");
_Static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "cnd_t must hold a pthread_cond_t");
_Static_assert(sizeof(thrd_t) == sizeof(pthread_t), "thrd_t must be a pthread_t");
_Static_assert(sizeof(tss_t) == sizeof(pthread_key_t), "tss_t must be a pthread_key_t");

static int answer(int error) {
  switch (error) {
    case 0: return thrd_success;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    case EBUSY: return thrd_busy;
    default: return thrd_error;
  }
}

static pthread_mutex_t *mutex_of(mtx_t *mutex) { return (pthread_mutex_t *)mutex; }
static pthread_cond_t *condition_of(cnd_t *condition) { return (pthread_cond_t *)condition; }

struct start {
  thrd_start_t function;
  void *argument;
};

static void *run(void *opaque) {
  struct start start = *(struct start *)opaque;
  free(opaque);
  return (void *)(intptr_t)start.function(start.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *argument) {
  struct start *start = malloc(sizeof *start);
  if (start == NULL) return thrd_nomem;
  start->function = function;
  start->argument = argument;
  int error = pthread_create(thread, NULL, run, start);
  if (error != 0) free(start);
  return error == EAGAIN ? thrd_nomem : answer(error);
}

int thrd_join(thrd_t thread, int *result) {
  void *value = NULL;
  int error = pthread_join(thread, &value);
  if (error == 0 && result != NULL) *result = (int)(intptr_t)value;
  return answer(error);
}

int thrd_detach(thrd_t thread) { return answer(pthread_detach(thread)); }
_Noreturn void thrd_exit(int result) { pthread_exit((void *)(intptr_t)result); }
thrd_t thrd_current(void) { return pthread_self(); }
int thrd_equal(thrd_t left, thrd_t right) { return pthread_equal(left, right); }

int mtx_init(mtx_t *mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  int kind = (type & mtx_recursive) ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL;
  pthread_mutexattr_settype(&attributes, kind);
  int error = pthread_mutex_init(mutex_of(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return answer(error);
}

int mtx_lock(mtx_t *mutex) { return answer(pthread_mutex_lock(mutex_of(mutex))); }
int mtx_trylock(mtx_t *mutex) { return answer(pthread_mutex_trylock(mutex_of(mutex))); }
int mtx_unlock(mtx_t *mutex) { return answer(pthread_mutex_unlock(mutex_of(mutex))); }
void mtx_destroy(mtx_t *mutex) { pthread_mutex_destroy(mutex_of(mutex)); }

int mtx_timedlock(mtx_t *mutex, const struct timespec *deadline) {
  return answer(pthread_mutex_timedlock(mutex_of(mutex), deadline));
}

int cnd_init(cnd_t *condition) { return answer(pthread_cond_init(condition_of(condition), NULL)); }
int cnd_signal(cnd_t *condition) { return answer(pthread_cond_signal(condition_of(condition))); }
void cnd_destroy(cnd_t *condition) { pthread_cond_destroy(condition_of(condition)); }

int cnd_broadcast(cnd_t *condition) {
  return answer(pthread_cond_broadcast(condition_of(condition)));
}

int cnd_wait(cnd_t *condition, mtx_t *mutex) {
  return answer(pthread_cond_wait(condition_of(condition), mutex_of(mutex)));
}

int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *deadline) {
  return answer(pthread_cond_timedwait(condition_of(condition), mutex_of(mutex), deadline));
}

void call_once(once_flag *flag, void (*function)(void)) {
  pthread_once((pthread_once_t *)flag, function);
}

int tss_create(tss_t *key, tss_dtor_t destructor) {
  return answer(pthread_key_create(key, destructor));
}

int tss_set(tss_t key, void *value) { return answer(pthread_setspecific(key, value)); }
void *tss_get(tss_t key) { return pthread_getspecific(key); }
void tss_delete(tss_t key) { pthread_key_delete(key); }

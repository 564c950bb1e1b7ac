/*
 * Memory that runs out: the n-th request for some fails. Preloaded into the service by the fault suite.
 *
 *   FAULT_MEMORY_AT   which request fails, from 1; counted once the file FAULT_MEMORY_FROM exists
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *(*real_malloc)(size_t);
static uint64_t calls, at;
static const char *from;
static int armed;

/* Whether this request is the one. The file is looked for only once in a while: it costs a system call. */
static int fails(void) {
    if (at == 0) return 0;
    if (!__atomic_load_n(&armed, __ATOMIC_RELAXED)) {
        static uint64_t looks;
        if (__atomic_add_fetch(&looks, 1, __ATOMIC_RELAXED) % 64 != 0 || access(from, F_OK) != 0) return 0;
        __atomic_store_n(&armed, 1, __ATOMIC_RELAXED);
    }
    return __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) == at;
}

__attribute__((constructor)) static void prepare(void) {
    const char *number = getenv("FAULT_MEMORY_AT");
    from = getenv("FAULT_MEMORY_FROM");
    if (number != NULL && from != NULL) at = strtoull(number, NULL, 10);
}

void *malloc(size_t size) {
    /* dlsym does not ask for memory by malloc the first time that it is asked for a name. */
    if (real_malloc == NULL) *(void **)&real_malloc = dlsym(RTLD_NEXT, "malloc");
    if (fails()) {
        errno = ENOMEM;
        return NULL;
    }
    return real_malloc(size);
}

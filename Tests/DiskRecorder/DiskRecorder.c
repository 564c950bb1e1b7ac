#define _GNU_SOURCE

#include "DiskRecorder.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// The functions below stand in the program and so come before those of the C library, also for liblmdb. Each asks the
// next one, the real one, to do the work.

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
/// Whether a recording runs; looked at without the lock, because nearly always none does.
static atomic_bool recording;
static dev_t device;
static ino_t inode;
static recorded_call *calls;
static size_t count;
static size_t capacity;

#define REAL(name) __extension__((__typeof__(&name))real(#name))

static void *real(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) abort();
    return function;
}

/// Whether the descriptor is one of the file. Keeps errno.
static bool is_recorded(int descriptor) {
    if (!atomic_load_explicit(&recording, memory_order_acquire)) return false;
    int before = errno;
    struct stat status;
    bool is = fstat(descriptor, &status) == 0 && status.st_dev == device && status.st_ino == inode;
    errno = before;
    return is;
}

/// Keeps a call. Without memory there is no recording worth having: the program ends.
static void keep(recorded_kind kind, int64_t offset, const void *bytes, size_t length) {
    uint8_t *copy = NULL;
    if (length > 0) {
        copy = malloc(length);
        if (copy == NULL) abort();
        memcpy(copy, bytes, length);
    }
    pthread_mutex_lock(&mutex);
    if (count == capacity) {
        capacity = capacity == 0 ? 1024 : 2 * capacity;
        calls = realloc(calls, capacity * sizeof *calls);
        if (calls == NULL) abort();
    }
    calls[count++] = (recorded_call){kind, offset, length, copy};
    pthread_mutex_unlock(&mutex);
}

static recorded_kind kind_of_write(int descriptor) {
    return fcntl(descriptor, F_GETFL) & O_DSYNC ? RECORDED_SYNCED_WRITE : RECORDED_WRITE;
}

// MARK: The calls

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    ssize_t written = REAL(pwrite)(descriptor, bytes, length, offset);
    if (written > 0 && is_recorded(descriptor)) keep(kind_of_write(descriptor), offset, bytes, (size_t)written);
    return written;
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    bool is = is_recorded(descriptor);
    off_t offset = is ? lseek(descriptor, 0, SEEK_CUR) : 0;
    ssize_t written = REAL(write)(descriptor, bytes, length);
    if (written > 0 && is) keep(kind_of_write(descriptor), offset, bytes, (size_t)written);
    return written;
}

ssize_t writev(int descriptor, const struct iovec *pieces, int number) {
    bool is = is_recorded(descriptor);
    off_t offset = is ? lseek(descriptor, 0, SEEK_CUR) : 0;
    ssize_t written = REAL(writev)(descriptor, pieces, number);
    size_t left = written > 0 && is ? (size_t)written : 0;
    for (int index = 0; left > 0; index++) {
        size_t length = pieces[index].iov_len < left ? pieces[index].iov_len : left;
        keep(kind_of_write(descriptor), offset, pieces[index].iov_base, length);
        offset += (off_t)length;
        left -= length;
    }
    return written;
}

int fdatasync(int descriptor) {
    int result = REAL(fdatasync)(descriptor);
    if (result == 0 && is_recorded(descriptor)) keep(RECORDED_SYNC, 0, NULL, 0);
    return result;
}

int fsync(int descriptor) {
    int result = REAL(fsync)(descriptor);
    if (result == 0 && is_recorded(descriptor)) keep(RECORDED_SYNC, 0, NULL, 0);
    return result;
}

int ftruncate(int descriptor, off_t length) {
    int result = REAL(ftruncate)(descriptor, length);
    if (result == 0 && is_recorded(descriptor)) keep(RECORDED_TRUNCATE, length, NULL, 0);
    return result;
}

// MARK: Recording

bool recorder_begin(const char *path) {
    struct stat status;
    if (stat(path, &status) != 0) return false;
    pthread_mutex_lock(&mutex);
    bool is_free = !atomic_load(&recording);
    if (is_free) {
        device = status.st_dev;
        inode = status.st_ino;
        atomic_store_explicit(&recording, true, memory_order_release);
    }
    pthread_mutex_unlock(&mutex);
    return is_free;
}

size_t recorder_count(void) {
    pthread_mutex_lock(&mutex);
    size_t result = count;
    pthread_mutex_unlock(&mutex);
    return result;
}

recorded_call recorder_call(size_t index) {
    pthread_mutex_lock(&mutex);
    if (index >= count) abort();
    recorded_call call = calls[index];
    pthread_mutex_unlock(&mutex);
    return call;
}

void recorder_end(void) {
    pthread_mutex_lock(&mutex);
    atomic_store(&recording, false);
    for (size_t index = 0; index < count; index++) free((void *)calls[index].bytes);
    free(calls);
    calls = NULL;
    count = capacity = 0;
    pthread_mutex_unlock(&mutex);
}

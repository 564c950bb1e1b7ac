/*
 * Faults in the calls by which a process changes its files. Preloaded into the service (LD_PRELOAD) by the fault suite,
 * which compiles it; see shim.py for the other side.
 *
 *   FAULT_DIRECTORY  only files under this directory count
 *   FAULT_CONTROL    file with four uint64: calls counted, faults done, first call to hit (0: none), how many to hit;
 *                    and an int64: seconds by which the clock on the wall is wrong
 *   FAULT_ACTION     eio, enospc, kill (before the call), kill-after, tear (half of the write, then kill)
 *   FAULT_CALLS      which calls count, separated by commas: write pwrite writev pwritev fdatasync fsync ftruncate
 *                    rename link allocate; all where it is empty
 *   FAULT_FILE       only files whose path holds this text
 *   FAULT_META       "1": only descriptors that were opened with O_DSYNC, as LMDB's for its meta pages is
 *   FAULT_TRACE      file to which every counted call is written with its bytes, in the order in which they happened
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum action { PASS, FAIL_EIO, FAIL_ENOSPC, KILL_BEFORE, KILL_AFTER, TEAR };

struct control {
    uint64_t calls, fired, at, times;
    int64_t clock_seconds;
};

/* What stands before every entry of the trace; path and bytes follow it. All little-endian, without padding. */
struct __attribute__((packed)) entry {
    uint8_t operation, synchronous, failed, reserved;
    uint32_t path_length;
    uint64_t nanoseconds, length;
    int64_t offset;
};

enum operation { WRITE = 1, TRUNCATE, SYNC, RENAME, UNLINK, ALLOCATE, LINK };

static struct control idle, *control = &idle;
static enum action action;
static char directory[PATH_MAX];
static size_t directory_length;
static const char *only_calls, *only_file;
static int only_meta, trace = -1;
static int (*real_clock_gettime)(clockid_t, struct timespec *);
static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Held over call and entry: the trace has the order in which things happened. */
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static int (*real_fdatasync)(int);
static int (*real_fsync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_rename)(const char *, const char *);
static int (*real_link)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_allocate)(int, off_t, off_t);

static void refuse(const char *why) {
    fprintf(stderr, "fault shim: %s\n", why);
    _exit(97);
}

static void prepare(void) {
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    *(void **)&real_writev = dlsym(RTLD_NEXT, "writev");
    *(void **)&real_pwritev = dlsym(RTLD_NEXT, "pwritev");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    *(void **)&real_rename = dlsym(RTLD_NEXT, "rename");
    *(void **)&real_link = dlsym(RTLD_NEXT, "link");
    *(void **)&real_unlink = dlsym(RTLD_NEXT, "unlink");
    *(void **)&real_allocate = dlsym(RTLD_NEXT, "posix_fallocate");
    *(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    const char *place = getenv("FAULT_DIRECTORY"), *file = getenv("FAULT_CONTROL"), *what = getenv("FAULT_ACTION");
    only_calls = getenv("FAULT_CALLS");
    only_file = getenv("FAULT_FILE");
    only_meta = getenv("FAULT_META") != NULL;
    if (place == NULL || file == NULL) refuse("FAULT_DIRECTORY and FAULT_CONTROL are not set");
    directory_length = strlen(place);
    if (directory_length >= sizeof directory) refuse("FAULT_DIRECTORY is too long");
    memcpy(directory, place, directory_length + 1);
    int descriptor = open(file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) refuse("FAULT_CONTROL cannot be opened");
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (control == MAP_FAILED) refuse("FAULT_CONTROL cannot be mapped");
    static const struct {
        const char *name;
        enum action action;
    } actions[] = {
        {"eio", FAIL_EIO}, {"enospc", FAIL_ENOSPC}, {"kill", KILL_BEFORE}, {"kill-after", KILL_AFTER}, {"tear", TEAR}};
    for (size_t index = 0; what != NULL && index < sizeof actions / sizeof *actions; index++)
        if (strcmp(what, actions[index].name) == 0) action = actions[index].action;
    const char *record = getenv("FAULT_TRACE");
    if (record != NULL) {
        trace = open(record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (trace < 0) refuse("FAULT_TRACE cannot be opened");
    }
}

/* Whether the list of calls that count holds this one. */
static int is_chosen(const char *call) {
    if (only_calls == NULL || *only_calls == 0) return 1;
    size_t length = strlen(call);
    for (const char *at = only_calls; (at = strstr(at, call)) != NULL; at += length) {
        int begins = at == only_calls || at[-1] == ',';
        if (begins && (at[length] == 0 || at[length] == ',')) return 1;
    }
    return 0;
}

/* Whether a path is under the directory; both absolute. */
static int is_under(const char *path) {
    return strncmp(path, directory, directory_length) == 0 && path[directory_length] == '/';
}

/* The path of a descriptor where it is a file (or a directory) that counts; NULL where not. */
static const char *path_of(int descriptor, char *path) {
    struct stat status;
    if (fstat(descriptor, &status) != 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) return NULL;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    return is_under(path) || strcmp(path, directory) == 0 ? path : NULL;
}

/* Counts a call, and says what is to happen to it. */
static enum action decide(const char *call, int descriptor, const char *path) {
    if (!is_chosen(call) || (only_file != NULL && strstr(path, only_file) == NULL)) return PASS;
    if (only_meta && (descriptor < 0 || !(fcntl(descriptor, F_GETFL) & O_DSYNC))) return PASS;
    uint64_t number = __atomic_add_fetch(&control->calls, 1, __ATOMIC_SEQ_CST);
    uint64_t at = __atomic_load_n(&control->at, __ATOMIC_SEQ_CST);
    if (at == 0 || number < at || __atomic_load_n(&control->fired, __ATOMIC_SEQ_CST) >= control->times) return PASS;
    __atomic_add_fetch(&control->fired, 1, __ATOMIC_SEQ_CST);
    return action;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Writes an entry of the trace; `order` is held. */
static void note(enum operation operation, int descriptor, const char *path, int64_t offset, const struct iovec *parts,
                 int count, uint64_t length, int failed) {
    if (trace < 0) return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct entry entry = {
        .operation = operation, .failed = failed != 0, .path_length = strlen(path), .offset = offset, .length = length,
        .synchronous = descriptor >= 0 && (fcntl(descriptor, F_GETFL) & O_DSYNC) != 0,
        .nanoseconds = (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec};
    real_write(trace, &entry, sizeof entry);
    real_write(trace, path, entry.path_length);
    for (int index = 0; index < count && length > 0; index++) {
        size_t part = parts[index].iov_len < length ? parts[index].iov_len : length;
        real_write(trace, parts[index].iov_base, part);
        length -= part;
    }
}

static int refused_with(enum action chosen) {
    errno = chosen == FAIL_ENOSPC ? ENOSPC : EIO;
    return -1;
}

/* A write by any of its four calls; an offset of -1 is the descriptor's own. */
static ssize_t put(const char *call, int descriptor, const struct iovec *parts, int count, off_t offset) {
    pthread_once(&once, prepare);
    char buffer[PATH_MAX];
    const char *path = path_of(descriptor, buffer);
    int at_own = offset < 0;
    if (path == NULL)
        return at_own ? real_writev(descriptor, parts, count) : real_pwritev(descriptor, parts, count, offset);
    pthread_mutex_lock(&order);
    enum action chosen = decide(call, descriptor, path);
    ssize_t result = -1;
    if (at_own) offset = lseek(descriptor, 0, SEEK_CUR);
    if (chosen == KILL_BEFORE) die();
    if (chosen == TEAR) {
        /* At a boundary of 512 bytes: what a disk writes in one piece. */
        size_t half = parts[0].iov_len / 2 / 512 * 512;
        if (half > 0) real_pwrite(descriptor, parts[0].iov_base, half, offset);
        die();
    }
    int number = 0;
    if (chosen == FAIL_EIO || chosen == FAIL_ENOSPC) {
        refused_with(chosen);
        number = errno;
    } else {
        result = at_own ? real_writev(descriptor, parts, count) : real_pwritev(descriptor, parts, count, offset);
        number = errno;
        if (result >= 0) note(WRITE, descriptor, path, offset, parts, count, result, 0);
    }
    if (chosen == KILL_AFTER) die();
    pthread_mutex_unlock(&order);
    errno = number;
    return result;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    struct iovec part = {(void *)bytes, count};
    return put("write", descriptor, &part, 1, -1);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    struct iovec part = {(void *)bytes, count};
    return put("pwrite", descriptor, &part, 1, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    return put("writev", descriptor, parts, count, -1);
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
    return put("pwritev", descriptor, parts, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    return pwrite(descriptor, bytes, count, offset);
}

ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off_t offset) {
    return pwritev(descriptor, parts, count, offset);
}

/* A call that flushes a file or a directory. */
static int flush(const char *call, int descriptor, int (*real)(int)) {
    char buffer[PATH_MAX];
    const char *path = path_of(descriptor, buffer);
    if (path == NULL) return real(descriptor);
    pthread_mutex_lock(&order);
    enum action chosen = decide(call, descriptor, path);
    if (chosen == KILL_BEFORE || chosen == TEAR) die();
    int result = chosen == FAIL_EIO || chosen == FAIL_ENOSPC ? refused_with(chosen) : real(descriptor);
    int number = errno;
    note(SYNC, descriptor, path, 0, NULL, 0, 0, result != 0);
    if (chosen == KILL_AFTER) die();
    pthread_mutex_unlock(&order);
    errno = number;
    return result;
}

int fdatasync(int descriptor) {
    pthread_once(&once, prepare);
    return flush("fdatasync", descriptor, real_fdatasync);
}

int fsync(int descriptor) {
    pthread_once(&once, prepare);
    return flush("fsync", descriptor, real_fsync);
}

int ftruncate(int descriptor, off_t length) {
    pthread_once(&once, prepare);
    char buffer[PATH_MAX];
    const char *path = path_of(descriptor, buffer);
    if (path == NULL) return real_ftruncate(descriptor, length);
    pthread_mutex_lock(&order);
    enum action chosen = decide("ftruncate", descriptor, path);
    if (chosen == KILL_BEFORE || chosen == TEAR) die();
    int fails = chosen == FAIL_EIO || chosen == FAIL_ENOSPC;
    int result = fails ? refused_with(chosen) : real_ftruncate(descriptor, length);
    int number = errno;
    if (result == 0) note(TRUNCATE, descriptor, path, length, NULL, 0, 0, 0);
    if (chosen == KILL_AFTER) die();
    pthread_mutex_unlock(&order);
    errno = number;
    return result;
}

int ftruncate64(int descriptor, off_t length) { return ftruncate(descriptor, length); }

/* Returns the error's number instead of setting errno. */
int posix_fallocate(int descriptor, off_t offset, off_t length) {
    pthread_once(&once, prepare);
    char buffer[PATH_MAX];
    const char *path = path_of(descriptor, buffer);
    if (path == NULL) return real_allocate(descriptor, offset, length);
    pthread_mutex_lock(&order);
    enum action chosen = decide("allocate", descriptor, path);
    if (chosen == KILL_BEFORE || chosen == TEAR) die();
    int fails = chosen == FAIL_EIO || chosen == FAIL_ENOSPC;
    int result = fails ? (chosen == FAIL_EIO ? EIO : ENOSPC) : real_allocate(descriptor, offset, length);
    if (result == 0) note(ALLOCATE, descriptor, path, offset + length, NULL, 0, 0, 0);
    if (chosen == KILL_AFTER) die();
    pthread_mutex_unlock(&order);
    return result;
}

/* A call that gives a file another name. */
static int name(const char *call, enum operation operation, const char *from, const char *to,
                int (*real)(const char *, const char *)) {
    if (!is_under(to)) return real(from, to);
    pthread_mutex_lock(&order);
    enum action chosen = decide(call, -1, to);
    if (chosen == KILL_BEFORE || chosen == TEAR) die();
    int result = chosen == FAIL_EIO || chosen == FAIL_ENOSPC ? refused_with(chosen) : real(from, to);
    int number = errno;
    struct iovec target = {(void *)to, strlen(to)};
    if (result == 0) note(operation, -1, from, 0, &target, 1, target.iov_len, 0);
    if (chosen == KILL_AFTER) die();
    pthread_mutex_unlock(&order);
    errno = number;
    return result;
}

int rename(const char *from, const char *to) {
    pthread_once(&once, prepare);
    return name("rename", RENAME, from, to, real_rename);
}

int link(const char *from, const char *to) {
    pthread_once(&once, prepare);
    return name("link", LINK, from, to, real_link);
}

/* Only noted: what is removed is not data that anybody was promised. */
int unlink(const char *path) {
    pthread_once(&once, prepare);
    if (!is_under(path)) return real_unlink(path);
    pthread_mutex_lock(&order);
    int result = real_unlink(path);
    int number = errno;
    if (result == 0) note(UNLINK, -1, path, 0, NULL, 0, 0, 0);
    pthread_mutex_unlock(&order);
    errno = number;
    return result;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    pthread_once(&once, prepare);
    int result = real_clock_gettime(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += __atomic_load_n(&control->clock_seconds, __ATOMIC_RELAXED);
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec exact;
    if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (result != NULL) *result = exact.tv_sec;
    return exact.tv_sec;
}

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Records, in order, what this process does to one file: the calls of the C library that write and sync are replaced
// by ones that do the same and, while a recording runs, keep a copy. For tests of what a power cut leaves.

/// What was done.
typedef enum {
    /// Bytes were written at an offset.
    RECORDED_WRITE,
    /// The same through a descriptor that syncs each write before it returns (O_DSYNC).
    RECORDED_SYNCED_WRITE,
    /// Everything that was written is on stable storage.
    RECORDED_SYNC,
    /// The file was given this length, which stands in `offset`.
    RECORDED_TRUNCATE,
} recorded_kind;

/// One call that succeeded, or as much of it as did.
typedef struct {
    recorded_kind kind;
    int64_t offset;
    size_t length;
    const uint8_t *bytes;
} recorded_call;

/// Begins to record what is done to a file, which must exist. One recording at a time; false where another one runs, or
/// where the file is not there.
bool recorder_begin(const char *path);

/// Number of calls so far.
size_t recorder_count(void);

/// A call of the recording; its bytes are there until `recorder_end`.
recorded_call recorder_call(size_t index);

/// Ends the recording and forgets it.
void recorder_end(void);

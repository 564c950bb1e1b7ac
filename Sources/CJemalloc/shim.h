// Linked for its allocator, which takes the place of the C library's in the whole process.
#include <jemalloc/jemalloc.h>

// The version of the allocator that the process runs with: "5.3.0-0-g…". A linker leaves out a library of which nothing
// is called, so the service says it when it starts.
static inline const char *kith_allocator_version(void) {
    const char *version = "";
    size_t size = sizeof version;
    mallctl("version", &version, &size, 0, 0);
    return version;
}

// The one door to liblmdb: everything Swift needs of it is in this header.
#include <lmdb.h>
#include <sys/types.h>

// The system call, which the C library hides from programs that did not ask for all of its extensions. Unlike
// posix_fallocate it fails where the file system cannot do it, instead of writing into a file that others have mapped.
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);

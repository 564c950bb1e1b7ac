// The one door to liblmdb: everything Swift needs of it is in this header.
#include <lmdb.h>

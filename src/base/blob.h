/* A blob: bytes that several hold, immutable and reference-counted. Any thread. */
#ifndef MR_BASE_BLOB_H
#define MR_BASE_BLOB_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct mr_blob {
    atomic_uint refs; /* blob.c's */
    size_t size;
    uint8_t data[]; /* data[size] is 0: text can be read as a string */
};

/* Copy `size` bytes into a new blob with one reference. bytes NULL: the caller fills it before anybody
 * else sees it. return: NULL when out of memory */
struct mr_blob *mr_blob_create(const void *bytes, size_t size);

/* return: the same blob, with one reference more; NULL for NULL */
struct mr_blob *mr_blob_ref(struct mr_blob *blob);

/* Let go of *blob and set it to NULL. Takes a pointer to NULL. */
void mr_blob_unref(struct mr_blob **blob);

#endif

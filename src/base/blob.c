#include "base/blob.h"

#include <stdlib.h>
#include <string.h>

struct mr_blob *mr_blob_create(const void *bytes, size_t size)
{
    struct mr_blob *blob = malloc(sizeof(*blob) + size + 1);
    if (blob == NULL)
        return NULL;
    atomic_init(&blob->refs, 1);
    blob->size = size;
    if (bytes != NULL && size > 0)
        memcpy(blob->data, bytes, size);
    blob->data[size] = 0;
    return blob;
}

struct mr_blob *mr_blob_ref(struct mr_blob *blob)
{
    if (blob != NULL)
        atomic_fetch_add_explicit(&blob->refs, 1, memory_order_relaxed);
    return blob;
}

void mr_blob_unref(struct mr_blob **held)
{
    struct mr_blob *blob = *held;
    *held = NULL;
    if (blob != NULL && atomic_fetch_sub_explicit(&blob->refs, 1, memory_order_acq_rel) == 1)
        free(blob);
}

#include "media/picture/planes.h"

#include "media/picture/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t align_bytes(size_t value)
{
    return (value + MR_PICTURE_ALIGNMENT - 1) / MR_PICTURE_ALIGNMENT * MR_PICTURE_ALIGNMENT;
}

int mr_planes_shape_scratch(struct mr_scratch *scratch, int planes, const int width_bytes[],
                            const int rows[])
{
    size_t offset[3] = { 0 }, size = MR_PICTURE_ALIGNMENT;
    for (int i = 0; i < planes; i++) {
        offset[i] = size;
        size += align_bytes((size_t)width_bytes[i]) * (size_t)rows[i];
    }
    size += MR_PICTURE_ALIGNMENT;
    if (size > scratch->capacity_bytes) {
        free(scratch->memory);
        scratch->memory = aligned_alloc(MR_PICTURE_ALIGNMENT, size);
        scratch->capacity_bytes = scratch->memory != NULL ? size : 0;
        if (scratch->memory == NULL)
            return -ENOMEM;
    }
    scratch->planes = (struct mr_planes){ 0 };
    for (int i = 0; i < planes; i++) {
        scratch->planes.data[i] = scratch->memory + offset[i];
        scratch->planes.stride_bytes[i] = (ptrdiff_t)align_bytes((size_t)width_bytes[i]);
    }
    return 0;
}

void mr_planes_finish_scratch(struct mr_scratch *scratch)
{
    free(scratch->memory);
    *scratch = (struct mr_scratch){ 0 };
}

bool mr_planes_aligned(const struct mr_planes *planes, int i)
{
    return ((uintptr_t)planes->data[i] | (uintptr_t)planes->stride_bytes[i]) %
               MR_PICTURE_ALIGNMENT ==
           0;
}

void mr_planes_extend(uint8_t *data, ptrdiff_t stride_bytes, int bytes, int width, int height,
                      int wanted_width, int wanted_height)
{
    for (int y = 0; y < height && wanted_width > width; y++) {
        uint8_t *row = data + y * stride_bytes;
        const uint8_t *last = row + (ptrdiff_t)(width - 1) * bytes;
        for (int x = width; x < wanted_width; x++)
            memcpy(row + (ptrdiff_t)x * bytes, last, (size_t)bytes);
    }
    for (int y = height; y < wanted_height; y++)
        memcpy(data + y * stride_bytes, data + (height - 1) * stride_bytes,
               (size_t)wanted_width * (size_t)bytes);
}

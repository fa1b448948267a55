#include "media/pixels/cells.h"

#include <string.h>

void mr_cells_divide(int size, int cells, int *edge)
{
    for (int i = 0; i <= cells; i++)
        edge[i] = (int)((int64_t)size * i / cells);
}

void mr_cells_add(uint32_t *restrict columns, const uint8_t *restrict row, size_t count)
{
    for (size_t i = 0; i < count; i++)
        columns[i] += row[i];
}

typedef uint32_t quad __attribute__((vector_size(16)));

/* At most so many columns of at most MR_PICTURE_MAX_SIDE bytes each add up in 32 bits. */
#define COLUMNS_AT_ONCE 1024

static void fold_pixels(const uint32_t *columns, int count, uint64_t sums[4])
{
    memset(sums, 0, 4 * sizeof(*sums));
    while (count > 0) {
        quad part = { 0 };
        for (int left = count < COLUMNS_AT_ONCE ? count : COLUMNS_AT_ONCE; left > 0; left--) {
            quad column;
            memcpy(&column, columns, sizeof(column));
            part += column;
            columns += 4;
            count--;
        }
        for (int i = 0; i < 4; i++)
            sums[i] += part[i];
    }
}

static void fold_bytes(const uint32_t *columns, int count, uint64_t *sum)
{
    *sum = 0;
    for (int i = 0; i < count; i++)
        *sum += columns[i];
}

void mr_cells_fold(uint32_t *columns, int channels, const int *edge, int cells, uint64_t *sums)
{
    for (int i = 0; i < cells; i++) {
        int count = edge[i + 1] - edge[i];
        if (channels == 4)
            fold_pixels(columns + (size_t)edge[i] * 4, count, sums + (size_t)i * 4);
        else
            fold_bytes(columns + edge[i], count, sums + i);
    }
    memset(columns, 0, (size_t)edge[cells] * (size_t)channels * sizeof(*columns));
}

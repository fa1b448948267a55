#include "media/pixels/region.h"

#include "media/pixels/cells.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct mr_region mr_region_of(const struct mr_picture *picture, const struct mr_area *area)
{
    return (struct mr_region){
        .pixels = picture->plane[0] + (ptrdiff_t)area->top * picture->stride_bytes[0] +
                  (ptrdiff_t)area->left * 4,
        .stride_bytes = picture->stride_bytes[0],
        .width = area->right - area->left,
        .height = area->bottom - area->top,
    };
}

/* ---- pixelate ---- */

struct mosaic {
    int cells;
    int *edge;         /* cells + 1 */
    uint32_t *columns; /* 4 a pixel */
    uint64_t *sums;    /* 4 a cell */
};

static void mosaic_finish(struct mosaic *mosaic)
{
    free(mosaic->edge);
    free(mosaic->columns);
    free(mosaic->sums);
}

static int mosaic_init(struct mosaic *mosaic, int width, int block)
{
    int cells = mosaic->cells = (width + block - 1) / block;
    mosaic->edge = malloc((size_t)(cells + 1) * sizeof(*mosaic->edge));
    mosaic->columns = calloc((size_t)width * 4, sizeof(*mosaic->columns));
    mosaic->sums = malloc((size_t)cells * 4 * sizeof(*mosaic->sums));
    if (mosaic->edge == NULL || mosaic->columns == NULL || mosaic->sums == NULL) {
        mosaic_finish(mosaic);
        return -ENOMEM;
    }
    for (int i = 0; i < cells; i++)
        mosaic->edge[i] = i * block;
    mosaic->edge[cells] = width;
    return 0;
}

/* Write the means of one row of cells into the first of its rows of pixels. */
static void write_means(const struct mosaic *mosaic, uint8_t *row, int height)
{
    for (int cell = 0; cell < mosaic->cells; cell++) {
        int left = mosaic->edge[cell], right = mosaic->edge[cell + 1];
        double count = (double)(right - left) * height;
        uint8_t mean[4];
        for (int i = 0; i < 4; i++)
            mean[i] = (uint8_t)((double)mosaic->sums[cell * 4 + i] / count + 0.5);
        for (int x = left; x < right; x++)
            memcpy(row + (ptrdiff_t)x * 4, mean, 4);
    }
}

int mr_region_pixelate(const struct mr_region *region, int block)
{
    struct mosaic mosaic;
    size_t row_bytes = (size_t)region->width * 4;
    if (region->width <= 0 || region->height <= 0)
        return 0;
    int longest = region->width > region->height ? region->width : region->height;
    if (block > longest)
        block = longest;
    if (mosaic_init(&mosaic, region->width, block) < 0)
        return -ENOMEM;

    for (int top = 0; top < region->height; top += block) {
        int height = region->height - top < block ? region->height - top : block;
        uint8_t *first = region->pixels + top * region->stride_bytes;
        for (int y = 0; y < height; y++)
            mr_cells_add(mosaic.columns, first + y * region->stride_bytes, row_bytes);
        mr_cells_fold(mosaic.columns, 4, mosaic.edge, mosaic.cells, mosaic.sums);
        write_means(&mosaic, first, height);
        for (int y = 1; y < height; y++)
            memcpy(first + y * region->stride_bytes, first, row_bytes);
    }
    mosaic_finish(&mosaic);
    return 0;
}

/* ---- lut ---- */

static void lut_row(uint8_t *pixel, int width, const uint8_t table[3][256])
{
    for (int x = 0; x < width; x++, pixel += 4) {
        pixel[0] = table[0][pixel[0]];
        pixel[1] = table[1][pixel[1]];
        pixel[2] = table[2][pixel[2]];
    }
}

static void lut_row_alpha(uint8_t *pixel, int width, const uint8_t table[3][256])
{
    for (int x = 0; x < width; x++, pixel += 4) {
        int alpha = pixel[3];
        for (int i = 0; i < 3 && alpha > 0; i++) {
            int value = (pixel[i] * 255 + alpha / 2) / alpha;
            pixel[i] = (uint8_t)((table[i][value > 255 ? 255 : value] * alpha + 127) / 255);
        }
    }
}

void mr_region_lut(const struct mr_region *region, const uint8_t table[3][256], bool alpha)
{
    for (int y = 0; y < region->height; y++) {
        uint8_t *row = region->pixels + y * region->stride_bytes;
        if (alpha)
            lut_row_alpha(row, region->width, table);
        else
            lut_row(row, region->width, table);
    }
}

/* ---- blit ---- */

void mr_region_make_opaque(const struct mr_region *region)
{
    for (int y = 0; y < region->height; y++)
        for (int x = 0; x < region->width; x++)
            region->pixels[y * region->stride_bytes + (ptrdiff_t)x * 4 + 3] = 255;
}

static void blend_row(uint8_t *restrict target, const uint8_t *restrict source, size_t count,
                      int opacity)
{
    uint16_t over = (uint16_t)opacity, under = (uint16_t)(256 - opacity);
    for (size_t i = 0; i < count; i++)
        target[i] = (uint8_t)((uint16_t)(source[i] * over + target[i] * under + 128) >> 8);
}

/* x / 255, rounded, for x up to 255 * 255 */
static inline uint16_t divide_by_255(unsigned x)
{
    x += 128;
    return (uint16_t)((x + (x >> 8)) >> 8);
}

/* Where a colour is larger than its alpha, which no premultiplied one is, the sum is limited. */
static inline void over_pixel(uint8_t *restrict target, const uint8_t *restrict source, int opacity)
{
    uint16_t under = (uint16_t)(255 - ((source[3] * opacity + 128) >> 8));
    for (int i = 0; i < 4; i++) {
        int sum = ((source[i] * opacity + 128) >> 8) + divide_by_255((unsigned)target[i] * under);
        target[i] = (uint8_t)(sum > 255 ? 255 : sum);
    }
}

/* Most pixels of a picture with transparency are clear or opaque. */
static void over_row(uint8_t *restrict target, const uint8_t *restrict source, int width,
                     int opacity)
{
    for (int x = 0; x < width; x++, target += 4, source += 4) {
        if (opacity == 256 && source[3] == 255)
            memcpy(target, source, 4);
        else if (source[3] != 0)
            over_pixel(target, source, opacity);
    }
}

void mr_region_blit(const struct mr_region *target, const struct mr_region *source, bool alpha,
                    int opacity)
{
    for (int y = 0; y < target->height; y++) {
        uint8_t *to = target->pixels + y * target->stride_bytes;
        const uint8_t *from = source->pixels + y * source->stride_bytes;
        if (alpha)
            over_row(to, from, target->width, opacity);
        else if (opacity == 256)
            memcpy(to, from, (size_t)target->width * 4);
        else
            blend_row(to, from, (size_t)target->width * 4, opacity);
    }
}

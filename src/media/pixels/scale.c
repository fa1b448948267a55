#include "media/pixels/scale.h"

#include "media/pixels/cells.h"

#include <assert.h>
#include <errno.h>
#include <libyuv/convert_argb.h>
#include <stdlib.h>

/* One plane of bytes, or of pixels of four. */
struct plane {
    uint8_t *pixels;
    ptrdiff_t stride_bytes;
    int width, height, channels;
};

/* ---- averaging ---- */

struct shrink {
    struct plane plane; /* afterwards */
    int *column_edge, *row_edge;
    uint32_t *columns;
    uint64_t *sums;
};

static void shrink_finish(struct shrink *shrink)
{
    free(shrink->column_edge);
    free(shrink->row_edge);
    free(shrink->columns);
    free(shrink->sums);
    free(shrink->plane.pixels);
}

static int shrink_init(struct shrink *shrink, const struct plane *source, int width, int height)
{
    size_t channels = (size_t)source->channels, row_bytes = (size_t)width * channels;
    *shrink = (struct shrink){
        .plane = { calloc((size_t)height, row_bytes), (ptrdiff_t)row_bytes, width, height,
                   source->channels },
        .column_edge = malloc(((size_t)width + 1) * sizeof(*shrink->column_edge)),
        .row_edge = malloc(((size_t)height + 1) * sizeof(*shrink->row_edge)),
        .columns = calloc((size_t)source->width * channels, sizeof(*shrink->columns)),
        .sums = malloc(row_bytes * sizeof(*shrink->sums)),
    };
    if (shrink->column_edge == NULL || shrink->row_edge == NULL || shrink->columns == NULL ||
        shrink->sums == NULL || shrink->plane.pixels == NULL)
        return -ENOMEM;
    mr_cells_divide(source->width, width, shrink->column_edge);
    mr_cells_divide(source->height, height, shrink->row_edge);
    return 0;
}

static void shrink_row(const struct shrink *shrink, const struct plane *source, int row)
{
    int top = shrink->row_edge[row], bottom = shrink->row_edge[row + 1];
    int channels = source->channels;
    uint8_t *byte = shrink->plane.pixels + row * shrink->plane.stride_bytes;
    const uint64_t *sum = shrink->sums;
    for (int y = top; y < bottom; y++)
        mr_cells_add(shrink->columns, source->pixels + y * source->stride_bytes,
                     (size_t)source->width * (size_t)channels);
    mr_cells_fold(shrink->columns, channels, shrink->column_edge, shrink->plane.width,
                  shrink->sums);
    for (int x = 0; x < shrink->plane.width; x++) {
        int width = shrink->column_edge[x + 1] - shrink->column_edge[x];
        double count = (double)width * (bottom - top);
        for (int i = 0; i < channels; i++)
            *byte++ = (uint8_t)((double)*sum++ / count + 0.5);
    }
}

/* ---- bilinear: libyuv's own loses up to two levels ---- */

/* Where a pixel of the target comes from: between two of the source. */
struct tap {
    int first, second;
    uint32_t weight; /* of the second, 0 … 256 */
};

static struct tap find_tap(int at, int target_size, int source_size)
{
    double place = (at + 0.5) * source_size / target_size - 0.5;
    int first = place < 0 ? 0 : (int)place;
    return (struct tap){
        .first = first,
        .second = first + 1 < source_size ? first + 1 : first,
        .weight = place < 0 ? 0 : (uint32_t)((place - first) * 256 + 0.5),
    };
}

static void blend_rows(const uint8_t *restrict first, const uint8_t *restrict second,
                       uint32_t weight, uint8_t *restrict row, size_t count)
{
    uint16_t under = (uint16_t)(256 - weight), over = (uint16_t)weight;
    for (size_t i = 0; i < count; i++)
        row[i] = (uint8_t)((uint16_t)(first[i] * under + second[i] * over + 128) >> 8);
}

static inline void blend_columns(const uint8_t *restrict row, const struct tap *taps,
                                 uint8_t *restrict byte, int width, int channels)
{
    for (int x = 0; x < width; x++, byte += channels) {
        const uint8_t *first = row + (ptrdiff_t)taps[x].first * channels;
        const uint8_t *second = row + (ptrdiff_t)taps[x].second * channels;
        uint32_t over = taps[x].weight, under = 256 - over;
        for (int i = 0; i < channels; i++)
            byte[i] = (uint8_t)((first[i] * under + second[i] * over + 128) >> 8);
    }
}

static int scale_bilinear(const struct plane *source, const struct plane *target)
{
    size_t row_bytes = (size_t)source->width * (size_t)source->channels;
    struct tap *taps = malloc((size_t)target->width * sizeof(*taps));
    uint8_t *row = calloc(row_bytes, 1);
    if (taps == NULL || row == NULL) {
        free(taps);
        free(row);
        return -ENOMEM;
    }
    for (int x = 0; x < target->width; x++)
        taps[x] = find_tap(x, target->width, source->width);
    for (int y = 0; y < target->height; y++) {
        struct tap tap = find_tap(y, target->height, source->height);
        uint8_t *bytes = target->pixels + y * target->stride_bytes;
        blend_rows(source->pixels + tap.first * source->stride_bytes,
                   source->pixels + tap.second * source->stride_bytes, tap.weight, row, row_bytes);
        if (source->channels == 4) /* numbers that the compiler knows */
            blend_columns(row, taps, bytes, target->width, 4);
        else
            blend_columns(row, taps, bytes, target->width, 1);
    }
    free(taps);
    free(row);
    return 0;
}

/* Bilinear looks at four pixels for each of the target's, however many there are between. */
static int scale_plane(const struct plane *source, const struct plane *target)
{
    int by_x = source->width / target->width, by_y = source->height / target->height;
    struct shrink shrink;
    if (by_x <= 1 && by_y <= 1)
        return scale_bilinear(source, target);
    int result = shrink_init(&shrink, source, source->width / (by_x > 1 ? by_x : 1),
                             source->height / (by_y > 1 ? by_y : 1));
    for (int y = 0; result == 0 && y < shrink.plane.height; y++)
        shrink_row(&shrink, source, y);
    if (result == 0)
        result = scale_bilinear(&shrink.plane, target);
    shrink_finish(&shrink);
    return result;
}

static struct plane plane_of(const struct mr_picture *picture, int i)
{
    return (struct plane){
        .pixels = picture->plane[i],
        .stride_bytes = picture->stride_bytes[i],
        .width = i > 0 ? (picture->width + 1) / 2 : picture->width,
        .height = i > 0 ? (picture->height + 1) / 2 : picture->height,
        .channels = picture->format == MR_PICTURE_BGRX ? 4 : 1,
    };
}

int mr_scale_picture(const struct mr_picture *source, struct mr_picture *target)
{
    int planes = source->format == MR_PICTURE_BGRX ? 1 : 3, result = 0;
    assert(source->format == target->format);
    for (int i = 0; i < planes && result == 0; i++) {
        struct plane from = plane_of(source, i), to = plane_of(target, i);
        result = scale_plane(&from, &to);
    }
    return result;
}

void mr_scale_part_to_bgrx(const struct mr_picture *i420, const struct mr_area *area,
                           uint8_t *pixels, int stride_bytes)
{
    assert(i420->format == MR_PICTURE_I420 && area->left % 2 == 0 && area->top % 2 == 0);
    const uint8_t *plane[3];
    for (int i = 0; i < 3; i++) {
        int half = i > 0 ? 2 : 1;
        plane[i] = i420->plane[i] + (ptrdiff_t)(area->top / half) * i420->stride_bytes[i] +
                   area->left / half;
    }
    J420ToARGB(plane[0], i420->stride_bytes[0], plane[1], i420->stride_bytes[1], plane[2],
               i420->stride_bytes[2], pixels, stride_bytes, area->right - area->left,
               area->bottom - area->top);
}

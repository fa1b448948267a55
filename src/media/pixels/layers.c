#include "media/pixels/layers.h"

#include "media/picture/picture.h"
#include "media/pixels/scale.h"

#include <assert.h>
#include <errno.h>
#include <libyuv/convert_from_argb.h>
#include <string.h>

/* ---- into BGRX ---- */

static void copy_part(const struct mr_picture *from, struct mr_picture *to,
                      const struct mr_area *area)
{
    size_t bytes = (size_t)(area->right - area->left) * 4;
    for (int y = area->top; y < area->bottom; y++)
        memcpy(to->plane[0] + (ptrdiff_t)y * to->stride_bytes[0] + area->left * 4,
               from->plane[0] + (ptrdiff_t)y * from->stride_bytes[0] + area->left * 4, bytes);
}

void mr_layers_fetch(const struct mr_picture *from, struct mr_picture *bgrx,
                     const struct mr_tiles *wanted)
{
    struct mr_area area;
    int stride = bgrx->stride_bytes[0];
    mr_picture_need(from);
    for (int row = 0, column = 0; mr_tiles_next(wanted, &row, &column, &area);) {
        if (from->format == MR_PICTURE_BGRX)
            copy_part(from, bgrx, &area);
        else
            mr_scale_part_to_bgrx(
                from, &area, bgrx->plane[0] + (ptrdiff_t)area.top * stride + area.left * 4, stride);
    }
}

void mr_layers_complete(struct mr_picture *picture)
{
    if (picture->under == NULL)
        return;
    struct mr_tiles missing = picture->drawn;
    for (int row = 0; row < MR_TILES_MAX; row++)
        missing.row[row] = ~missing.row[row];
    mr_tiles_trim(&missing);
    mr_layers_fetch(picture->under, picture, &missing);
    mr_picture_unref(&picture->under);
}

/* ---- into planes ---- */

/* Both have rows of the same length: their planes are as wide, and aligned alike. */
static void copy_planes(const struct mr_picture *from, const struct mr_planes *to)
{
    for (int i = 0; i < 3; i++) {
        int rows = i == 0 ? (from->height + 1) / 2 * 2 : (from->height + 1) / 2;
        assert(from->stride_bytes[i] == to->stride_bytes[i]);
        memcpy(to->data[i], from->plane[i], (size_t)from->stride_bytes[i] * (size_t)rows);
    }
}

/* Tiles begin at even pixels. libyuv's "ARGB" is B G R A in memory, its "J" what JFIF means. */
static void convert_part(const struct mr_picture *from, const struct mr_planes *to,
                         const struct mr_area *area)
{
    uint8_t *plane[3];
    for (int i = 0; i < 3; i++) {
        int half = i > 0 ? 1 : 0;
        plane[i] = to->data[i] + (area->top >> half) * to->stride_bytes[i] + (area->left >> half);
    }
    ARGBToJ420(from->plane[0] + (ptrdiff_t)area->top * from->stride_bytes[0] + area->left * 4,
               from->stride_bytes[0], plane[0], (int)to->stride_bytes[0], plane[1],
               (int)to->stride_bytes[1], plane[2], (int)to->stride_bytes[2],
               area->right - area->left, area->bottom - area->top);
}

/* The JPEG encoder works on whole pairs. */
static void repeat_edges(const struct mr_planes *planes, int width, int height)
{
    mr_planes_extend(planes->data[0], planes->stride_bytes[0], 1, width, height, width + width % 2,
                     height + height % 2);
}

int mr_layers_flatten(const struct mr_picture *picture, struct mr_scratch *scratch)
{
    int across = (picture->width + 1) / 2, down = (picture->height + 1) / 2;
    const int width_bytes[] = { across * 2, across, across }, rows[] = { down * 2, down, down };
    const struct mr_area all = { 0, 0, picture->width, picture->height };
    const struct mr_picture *under = picture->under;
    struct mr_area area;
    if (mr_planes_shape_scratch(scratch, 3, width_bytes, rows) < 0)
        return -ENOMEM;
    if (under != NULL)
        mr_picture_need(under);
    bool parts = under != NULL && !mr_tiles_are_all(&picture->drawn);
    if (parts && under->format == MR_PICTURE_I420)
        copy_planes(under, &scratch->planes);
    else
        convert_part(parts ? under : picture, &scratch->planes, &all);
    for (int row = 0, column = 0; parts && mr_tiles_next(&picture->drawn, &row, &column, &area);)
        convert_part(picture, &scratch->planes, &area);
    repeat_edges(&scratch->planes, picture->width, picture->height);
    return 0;
}

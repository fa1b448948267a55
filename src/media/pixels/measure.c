#include "media/pixels/measure.h"

#include "media/pixels/cells.h"

#include <assert.h>
#include <errno.h>
#include <libyuv/convert_from_argb.h>
#include <stdlib.h>

/* The luma of one row: the plane's own, or computed into `buffer`. */
static const uint8_t *luma_row(const struct mr_picture *picture, int y,
                               uint8_t buffer[MR_PICTURE_MAX_SIDE])
{
    const uint8_t *row = picture->plane[0] + (ptrdiff_t)y * picture->stride_bytes[0];
    if (picture->format == MR_PICTURE_I420)
        return row;
    ARGBToJ400(row, picture->stride_bytes[0], buffer, MR_PICTURE_MAX_SIDE, picture->width, 1);
    return buffer;
}

/* ---- mean ---- */

static double limit(double value)
{
    return value < 0 ? 0 : value > 255 ? 255 : value;
}

static uint64_t sum_bytes(const uint8_t *bytes, int count)
{
    uint32_t sum = 0; /* of at most MR_PICTURE_MAX_SIDE bytes */
    for (int i = 0; i < count; i++)
        sum += bytes[i];
    return sum;
}

/* The mean of a plane at half size: how much a sample counts is how many of its pixels are inside. */
static double mean_chroma(const struct mr_picture *picture, int plane, const struct mr_area *area)
{
    uint64_t sum = 0;
    int left = area->left / 2, right = (area->right + 1) / 2;
    for (int y = area->top; y < area->bottom; y++) {
        const uint8_t *row =
            picture->plane[plane] + (ptrdiff_t)(y / 2) * picture->stride_bytes[plane];
        sum += 2 * sum_bytes(row + left, right - left);
        if (area->left % 2 != 0)
            sum -= row[left];
        if (area->right % 2 != 0)
            sum -= row[right - 1];
    }
    return (double)sum / ((double)(area->right - area->left) * (area->bottom - area->top));
}

/* Colour is linear in Y, Cb and Cr but for the limits, so that the mean of one is that of the
 * others. */
static void mean_of_planes(const struct mr_picture *picture, const struct mr_area *area,
                           double rgb[3])
{
    uint64_t sum = 0;
    int width = area->right - area->left;
    for (int y = area->top; y < area->bottom; y++)
        sum += sum_bytes(picture->plane[0] + (ptrdiff_t)y * picture->stride_bytes[0] + area->left,
                         width);
    double luma = (double)sum / ((double)width * (area->bottom - area->top));
    double cb = mean_chroma(picture, 1, area) - 128, cr = mean_chroma(picture, 2, area) - 128;
    rgb[0] = limit(luma + 1.402 * cr);
    rgb[1] = limit(luma - 0.344136 * cb - 0.714136 * cr);
    rgb[2] = limit(luma + 1.772 * cb);
}

static void mean_of_pixels(const struct mr_picture *picture, const struct mr_area *area,
                           double rgb[3])
{
    struct mr_region region = mr_region_of(picture, area);
    uint64_t sum[3] = { 0 };
    for (int y = 0; y < region.height; y++) {
        const uint8_t *pixel = region.pixels + y * region.stride_bytes;
        uint32_t blue = 0, green = 0, red = 0;
        for (int x = 0; x < region.width; x++, pixel += 4)
            blue += pixel[0], green += pixel[1], red += pixel[2];
        sum[0] += red, sum[1] += green, sum[2] += blue;
    }
    for (int i = 0; i < 3; i++)
        rgb[i] = (double)sum[i] / ((double)region.width * region.height);
}

void mr_measure_mean(const struct mr_picture *picture, const struct mr_area *area, double rgb[3])
{
    assert(area->left < area->right && area->top < area->bottom);
    if (picture->format == MR_PICTURE_I420)
        mean_of_planes(picture, area, rgb);
    else
        mean_of_pixels(picture, area, rgb);
}

/* ---- luma ---- */

struct grid {
    int *column_edge, *row_edge;
    uint32_t *sums; /* one a column of pixels */
    uint64_t *cells;
};

static void grid_finish(struct grid *grid)
{
    free(grid->column_edge);
    free(grid->row_edge);
    free(grid->sums);
    free(grid->cells);
}

static int grid_init(struct grid *grid, const struct mr_picture *picture, int columns, int rows)
{
    grid->column_edge = malloc(((size_t)columns + 1) * sizeof(*grid->column_edge));
    grid->row_edge = malloc(((size_t)rows + 1) * sizeof(*grid->row_edge));
    grid->sums = calloc((size_t)picture->width, sizeof(*grid->sums));
    grid->cells = malloc((size_t)columns * sizeof(*grid->cells));
    if (grid->column_edge == NULL || grid->row_edge == NULL || grid->sums == NULL ||
        grid->cells == NULL) {
        grid_finish(grid);
        return -ENOMEM;
    }
    mr_cells_divide(picture->width, columns, grid->column_edge);
    mr_cells_divide(picture->height, rows, grid->row_edge);
    return 0;
}

int mr_measure_luma(const struct mr_picture *picture, int columns, int rows, double *luma)
{
    struct grid grid;
    uint8_t buffer[MR_PICTURE_MAX_SIDE];
    if (grid_init(&grid, picture, columns, rows) < 0)
        return -ENOMEM;
    for (int row = 0; row < rows; row++) {
        int top = grid.row_edge[row], bottom = grid.row_edge[row + 1];
        for (int y = top; y < bottom; y++)
            mr_cells_add(grid.sums, luma_row(picture, y, buffer), (size_t)picture->width);
        mr_cells_fold(grid.sums, 1, grid.column_edge, columns, grid.cells);
        for (int column = 0; column < columns; column++) {
            int width = grid.column_edge[column + 1] - grid.column_edge[column];
            *luma++ = (double)grid.cells[column] / ((double)width * (bottom - top));
        }
    }
    grid_finish(&grid);
    return 0;
}

/* ---- histograms ---- */

/* Counted in four tables in turn: neighbours are often equal, and one counter would have to wait
 * for itself. */
static void count_row(const uint8_t *bytes, int count, int step, uint32_t tables[4][256])
{
    int i = 0;
    for (; i + 4 <= count; i += 4, bytes += 4 * step) {
        tables[0][bytes[0]]++;
        tables[1][bytes[step]]++;
        tables[2][bytes[2 * step]]++;
        tables[3][bytes[3 * step]]++;
    }
    for (; i < count; i++, bytes += step)
        tables[0][*bytes]++;
}

static void add_tables(uint32_t tables[4][256], uint32_t counts[256])
{
    for (int i = 0; i < 256; i++)
        counts[i] = tables[0][i] + tables[1][i] + tables[2][i] + tables[3][i];
}

void mr_measure_luma_histogram(const struct mr_picture *picture, uint32_t counts[256])
{
    uint32_t tables[4][256] = { 0 };
    uint8_t buffer[MR_PICTURE_MAX_SIDE];
    for (int y = 0; y < picture->height; y++)
        count_row(luma_row(picture, y, buffer), picture->width, 1, tables);
    add_tables(tables, counts);
}

void mr_measure_byte_histogram(const struct mr_picture *bgrx, int byte, uint32_t counts[256])
{
    uint32_t tables[4][256] = { 0 };
    assert(bgrx->format == MR_PICTURE_BGRX);
    for (int y = 0; y < bgrx->height; y++)
        count_row(bgrx->plane[0] + (ptrdiff_t)y * bgrx->stride_bytes[0] + byte, bgrx->width, 4,
                  tables);
    add_tables(tables, counts);
}

/* ---- difference ---- */

double mr_measure_difference(const struct mr_picture *a, const struct mr_picture *b)
{
    uint8_t buffer_a[MR_PICTURE_MAX_SIDE], buffer_b[MR_PICTURE_MAX_SIDE];
    uint64_t sum = 0;
    assert(a->width == b->width && a->height == b->height);
    for (int y = 0; y < a->height; y++) {
        const uint8_t *row_a = luma_row(a, y, buffer_a), *row_b = luma_row(b, y, buffer_b);
        uint32_t differences = 0;
        for (int x = 0; x < a->width; x++)
            differences += (uint32_t)abs(row_a[x] - row_b[x]);
        sum += differences;
    }
    return (double)sum / (255.0 * a->width * a->height);
}

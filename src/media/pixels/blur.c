/* mr_blur_region. A box is a running sum, and running sums are made of 16 pixels side by side at a
 * time: columns of the picture for the vertical boxes, rows that were transposed for the horizontal
 * ones. Such a tile stays in the cache for all three boxes. */
#include "media/pixels/region.h"

#include "media/pixels/convolve.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define BOXES        3
#define LANES        16 /* pixels side by side */
#define LINE_BYTES   (LANES * 4)
#define STRIPE_TILES 4 /* columns are fetched from far apart: take some of each row's neighbours */
#define MAX_BOX_SIZE 255 /* so that a sum of bytes, and half of the divisor, fit 16 bits */

struct line {
    _Alignas(LINE_BYTES) uint8_t byte[LINE_BYTES];
};

/* A box of 2 * reach + 1 pixels and what its sums are divided with: x * factor >> 16 >> shift. The
 * factor has all of its 16 bits, which makes that floor(x / size) for every sum that occurs, but
 * for a few just below the next whole number, and never more than 255. */
struct box {
    int reach;
    uint16_t half, factor;
    int shift;
};

static struct box box_of_size(int size)
{
    struct box box = { .reach = size / 2, .half = (uint16_t)(size / 2) };
    while (size >> (box.shift + 1) != 0)
        box.shift++;
    uint32_t scaled = UINT32_C(1) << (16 + box.shift);
    box.factor = (uint16_t)((scaled + (uint32_t)size - 1) / (uint32_t)size);
    return box;
}

/* Three odd sizes whose variances add up to that of one box of 2 * radius + 1. */
static void choose_boxes(double radius, struct box boxes[BOXES])
{
    double variance = (2 * radius + 1) * (2 * radius + 1) - 1; /* times 12, as all here */
    int size = (int)sqrt(variance / BOXES + 1);
    size = size % 2 == 0 ? size - 1 : size;
    double smaller = size * size - 1, larger = (size + 2) * (size + 2) - 1;
    int large = (int)lround((variance - BOXES * smaller) / (larger - smaller));
    if (size == 1 && large == 0)
        large = 1; /* a blur is to be seen */
    for (int i = 0; i < BOXES; i++) {
        int wanted = i < large ? size + 2 : size;
        boxes[i] = box_of_size(wanted > MAX_BOX_SIZE ? MAX_BOX_SIZE : wanted);
    }
}

/* ---- one box over a tile ---- */

static const struct line *line_at(const struct line *lines, int count, int y)
{
    return &lines[y < 0 ? 0 : y < count ? y : count - 1];
}

/* The sums of the first line, half a divisor included so that means are rounded. */
static void first_sums(const struct line *from, int lines, const struct box *box,
                       uint16_t sum[LINE_BYTES])
{
    for (int i = 0; i < LINE_BYTES; i++)
        sum[i] = box->half;
    for (int y = -box->reach; y <= box->reach; y++) {
        const struct line *line = line_at(from, lines, y);
        for (int i = 0; i < LINE_BYTES; i++)
            sum[i] = (uint16_t)(sum[i] + line->byte[i]);
    }
}

static void run_box_plain(const struct line *restrict from, struct line *restrict to, int lines,
                          const struct box *box)
{
    uint16_t sum[LINE_BYTES];
    first_sums(from, lines, box, sum);
    for (int y = 0; y < lines; y++) {
        const struct line *leaves = line_at(from, lines, y - box->reach);
        const struct line *enters = line_at(from, lines, y + box->reach + 1);
        for (int i = 0; i < LINE_BYTES; i++) {
            uint16_t high = (uint16_t)(((uint32_t)sum[i] * box->factor) >> 16);
            to[y].byte[i] = (uint8_t)(high >> box->shift);
            sum[i] = (uint16_t)(sum[i] + enters->byte[i] - leaves->byte[i]);
        }
    }
}

#ifdef __x86_64__
/* The same; what a compiler makes of the loop above takes fifteen times as long. Bytes are
 * interleaved with those to be subtracted, which keeps the halves of a vector where packing them
 * again wants them. */
__attribute__((target("avx2"))) static void run_box_avx2(const struct line *restrict from,
                                                         struct line *restrict to, int lines,
                                                         const struct box *box)
{
    uint16_t first[LINE_BYTES];
    __m256i sum[4];
    first_sums(from, lines, box, first);
    for (int i = 0; i < 2; i++) {
        __m256i a = _mm256_loadu_si256((const __m256i *)first + i * 2);
        __m256i b = _mm256_loadu_si256((const __m256i *)first + i * 2 + 1);
        sum[i * 2] = _mm256_permute2x128_si256(a, b, 0x20);
        sum[i * 2 + 1] = _mm256_permute2x128_si256(a, b, 0x31);
    }
    const __m256i plus_minus = _mm256_set1_epi16((int16_t)0xFF01); /* 1, -1 */
    const __m256i factor = _mm256_set1_epi16((int16_t)box->factor);
    const __m128i shift = _mm_cvtsi32_si128(box->shift);
    for (int y = 0; y < lines; y++) {
        const struct line *leaves = line_at(from, lines, y - box->reach);
        const struct line *enters = line_at(from, lines, y + box->reach + 1);
        for (int i = 0; i < 2; i++) {
            __m256i *low = &sum[i * 2], *high = &sum[i * 2 + 1];
            __m256i mean_low = _mm256_srl_epi16(_mm256_mulhi_epu16(*low, factor), shift);
            __m256i mean_high = _mm256_srl_epi16(_mm256_mulhi_epu16(*high, factor), shift);
            _mm256_store_si256((__m256i *)to[y].byte + i, _mm256_packus_epi16(mean_low, mean_high));
            __m256i plus = _mm256_load_si256((const __m256i *)enters->byte + i);
            __m256i minus = _mm256_load_si256((const __m256i *)leaves->byte + i);
            __m256i pairs_low = _mm256_unpacklo_epi8(plus, minus);
            __m256i pairs_high = _mm256_unpackhi_epi8(plus, minus);
            *low = _mm256_add_epi16(*low, _mm256_maddubs_epi16(pairs_low, plus_minus));
            *high = _mm256_add_epi16(*high, _mm256_maddubs_epi16(pairs_high, plus_minus));
        }
    }
}
#endif

/* return: the one of the two tiles that has the result */
static struct line *run_boxes(struct line *tile[2], int lines, const struct box boxes[BOXES])
{
    int at = 0;
    for (int i = 0; i < BOXES; i++) {
        if (boxes[i].reach == 0)
            continue;
#ifdef __x86_64__
        if (__builtin_cpu_supports("avx2"))
            run_box_avx2(tile[at], tile[1 - at], lines, &boxes[i]);
        else
#endif
            run_box_plain(tile[at], tile[1 - at], lines, &boxes[i]);
        at = 1 - at;
    }
    return tile[at];
}

/* ---- columns ---- */

/* Copy between a stripe of the picture and the tiles it is made of, row by row. */
static void copy_stripe(const struct mr_region *stripe, struct line *const tiles[STRIPE_TILES],
                        bool into_tiles)
{
    for (int y = 0; y < stripe->height; y++) {
        uint8_t *row = stripe->pixels + y * stripe->stride_bytes;
        for (int x = 0; x < stripe->width; x += LANES, row += LINE_BYTES) {
            int lanes = stripe->width - x < LANES ? stripe->width - x : LANES;
            uint8_t *line = tiles[x / LANES][y].byte;
            if (lanes == LANES) /* a size that the compiler knows */
                memcpy(into_tiles ? line : row, into_tiles ? row : line, LINE_BYTES);
            else
                memcpy(into_tiles ? line : row, into_tiles ? row : line, (size_t)lanes * 4);
        }
    }
}

static void blur_columns(const struct mr_region *region, struct line *memory,
                         const struct box boxes[BOXES])
{
    size_t lines = (size_t)region->height;
    struct line *tiles[STRIPE_TILES], *spare = memory + STRIPE_TILES * lines;
    for (int x = 0; x < region->width; x += STRIPE_TILES * LANES) {
        struct mr_region stripe = *region;
        stripe.pixels += (ptrdiff_t)x * 4;
        stripe.width =
            region->width - x < STRIPE_TILES * LANES ? region->width - x : STRIPE_TILES * LANES;
        for (size_t i = 0; i < STRIPE_TILES; i++)
            tiles[i] = memory + i * lines;
        copy_stripe(&stripe, tiles, true);
        for (int i = 0; i * LANES < stripe.width; i++) {
            struct line *tile[2] = { tiles[i], spare };
            tiles[i] = run_boxes(tile, region->height, boxes);
            spare = tiles[i] == tile[0] ? tile[1] : tile[0];
        }
        copy_stripe(&stripe, tiles, false);
        spare = memory + STRIPE_TILES * lines;
    }
}

/* ---- rows ---- */

typedef uint32_t quad __attribute__((vector_size(16)));

/* Transpose 4x4 pixels. */
static void transpose(const uint8_t *from, ptrdiff_t from_stride, uint8_t *to, ptrdiff_t to_stride)
{
    quad row[4], half[4];
    for (int i = 0; i < 4; i++)
        memcpy(&row[i], from + i * from_stride, sizeof(quad));
    half[0] = __builtin_shufflevector(row[0], row[2], 0, 4, 1, 5);
    half[1] = __builtin_shufflevector(row[1], row[3], 0, 4, 1, 5);
    half[2] = __builtin_shufflevector(row[0], row[2], 2, 6, 3, 7);
    half[3] = __builtin_shufflevector(row[1], row[3], 2, 6, 3, 7);
    for (int i = 0; i < 2; i++) {
        row[i * 2] = __builtin_shufflevector(half[i * 2], half[i * 2 + 1], 0, 4, 1, 5);
        row[i * 2 + 1] = __builtin_shufflevector(half[i * 2], half[i * 2 + 1], 2, 6, 3, 7);
    }
    for (int i = 0; i < 4; i++)
        memcpy(to + i * to_stride, &row[i], sizeof(quad));
}

/* Between `rows` rows of pixels and the lanes of a tile. Whole quads are transposed at once. */
static void swap_rows(uint8_t *pixels, ptrdiff_t stride, int rows, int width, struct line *tile,
                      bool into_tile)
{
    int whole_rows = rows & ~3, whole_width = width & ~3;
    for (int x = 0; x < whole_width; x += 4) {
        for (int y = 0; y < whole_rows; y += 4) {
            uint8_t *pixel = pixels + y * stride + (ptrdiff_t)x * 4;
            uint8_t *lane = tile[x].byte + (ptrdiff_t)y * 4;
            if (into_tile)
                transpose(pixel, stride, lane, LINE_BYTES);
            else
                transpose(lane, LINE_BYTES, pixel, stride);
        }
    }
    for (int y = 0; y < rows; y++) {
        for (int x = y < whole_rows ? whole_width : 0; x < width; x++) {
            uint8_t *pixel = pixels + y * stride + (ptrdiff_t)x * 4;
            uint8_t *lane = tile[x].byte + (ptrdiff_t)y * 4;
            memcpy(into_tile ? lane : pixel, into_tile ? pixel : lane, 4);
        }
    }
}

static void blur_rows(const struct mr_region *region, struct line *tile[2],
                      const struct box boxes[BOXES])
{
    for (int y = 0; y < region->height; y += LANES) {
        int rows = region->height - y < LANES ? region->height - y : LANES;
        uint8_t *pixels = region->pixels + y * region->stride_bytes;
        swap_rows(pixels, region->stride_bytes, rows, region->width, tile[0], true);
        struct line *done = run_boxes(tile, region->width, boxes);
        swap_rows(pixels, region->stride_bytes, rows, region->width, done, false);
    }
}

/* Boxes of three pixels or one, one after the other, are one short kernel.
 * return: whether these are */
static bool make_taps(const struct box boxes[BOXES], struct mr_taps *taps)
{
    int weight[2 * MR_TAPS_REACH + 1] = { [MR_TAPS_REACH] = 1 };
    *taps = (struct mr_taps){ .sum = 1 };
    for (int i = 0; i < BOXES; i++) {
        if (boxes[i].reach > 1)
            return false;
        if (boxes[i].reach == 0)
            continue;
        int before[2 * MR_TAPS_REACH + 1];
        memcpy(before, weight, sizeof(before));
        taps->reach++;
        taps->sum *= 3;
        for (int k = -taps->reach; k <= taps->reach; k++) {
            int at = MR_TAPS_REACH + k;
            weight[at] = before[at] + (at > 0 ? before[at - 1] : 0) +
                         (at < 2 * MR_TAPS_REACH ? before[at + 1] : 0);
        }
    }
    for (int k = 0; k <= taps->reach; k++)
        taps->weight[k] = weight[MR_TAPS_REACH + k];
    return true;
}

int mr_blur_region(const struct mr_region *region, double radius)
{
    struct box boxes[BOXES];
    struct mr_taps taps;
    if (region->width <= 0 || region->height <= 0)
        return 0;
    choose_boxes(fmin(radius, MR_REGION_MAX_RADIUS), boxes);
    if (make_taps(boxes, &taps))
        return mr_convolve_region(region, &taps);
    size_t width = (size_t)region->width, height = (size_t)region->height;
    size_t lines =
        (STRIPE_TILES + 1) * height > 2 * width ? (STRIPE_TILES + 1) * height : 2 * width;
    struct line *memory = aligned_alloc(LINE_BYTES, lines * sizeof(*memory));
    if (memory == NULL)
        return -ENOMEM;
    memset(memory, 0, lines * sizeof(*memory)); /* lanes that are not in use have a value */

    struct line *tile[2] = { memory, memory + width };
    blur_rows(region, tile, boxes);
    blur_columns(region, memory, boxes);
    free(memory);
    return 0;
}

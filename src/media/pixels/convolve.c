#include "media/pixels/convolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define STEP     32 /* bytes done at a time: rows of ours are as long as a number of them */
#define MAX_ROWS (2 * MR_TAPS_REACH + 1)

/* Weights, and what sums are divided with: x * factor >> 16 >> shift is floor(x / sum) for all that
 * occur (sums are below 2^15). */
struct weights {
    int reach;
    int8_t weight[MR_TAPS_REACH + 1];
    uint16_t half, factor;
    int shift;
};

static struct weights weights_of(const struct mr_taps *taps)
{
    struct weights weights = { .reach = taps->reach, .half = (uint16_t)(taps->sum / 2) };
    for (int i = 0; i <= taps->reach; i++)
        weights.weight[i] = (int8_t)taps->weight[i];
    while (taps->sum >> (weights.shift + 1) != 0)
        weights.shift++;
    uint32_t scaled = UINT32_C(1) << (16 + weights.shift);
    uint32_t factor = (scaled + (uint32_t)taps->sum - 1) / (uint32_t)taps->sum;
    if (factor > UINT16_MAX) /* a power of two: 2^16 does not fit */
        factor = factor / 2, weights.shift--;
    weights.factor = (uint16_t)factor;
    return weights;
}

/* `from` points to 2 * reach + 1 lines of `bytes`, a number of STEPs. */
static void run_plain(const uint8_t *const from[], const struct weights *weights, uint8_t *to,
                      size_t bytes)
{
    int middle = weights->reach;
    for (size_t i = 0; i < bytes; i++) {
        int sum = weights->half + from[middle][i] * weights->weight[0];
        for (int k = 1; k <= middle; k++)
            sum += (from[middle - k][i] + from[middle + k][i]) * weights->weight[k];
        to[i] = (uint8_t)((uint32_t)sum * weights->factor >> 16 >> weights->shift);
    }
}

#ifdef __x86_64__
/* Two lines of the same weight are interleaved, which multiplies and adds them in one step and keeps
 * the halves of a vector where packing them again wants them. */
__attribute__((target("avx2"))) static void
run_avx2(const uint8_t *const from[], const struct weights *weights, uint8_t *to, size_t bytes)
{
    int middle = weights->reach;
    const __m256i half = _mm256_set1_epi16((int16_t)weights->half);
    const __m256i factor = _mm256_set1_epi16((int16_t)weights->factor);
    const __m128i shift = _mm_cvtsi32_si128(weights->shift);
    for (size_t i = 0; i < bytes; i += STEP) {
        __m256i line = _mm256_loadu_si256((const __m256i *)(from[middle] + i));
        __m256i weight = _mm256_set1_epi16(weights->weight[0]); /* the odd bytes are 0 */
        __m256i none = _mm256_setzero_si256();
        __m256i low = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(line, none), weight);
        __m256i high = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(line, none), weight);
        for (int k = 1; k <= middle; k++) {
            __m256i a = _mm256_loadu_si256((const __m256i *)(from[middle - k] + i));
            __m256i b = _mm256_loadu_si256((const __m256i *)(from[middle + k] + i));
            weight = _mm256_set1_epi8(weights->weight[k]);
            low = _mm256_add_epi16(low, _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), weight));
            high = _mm256_add_epi16(high, _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), weight));
        }
        low = _mm256_mulhi_epu16(_mm256_add_epi16(low, half), factor);
        high = _mm256_mulhi_epu16(_mm256_add_epi16(high, half), factor);
        low = _mm256_srl_epi16(low, shift);
        high = _mm256_srl_epi16(high, shift);
        _mm256_storeu_si256((__m256i *)(to + i), _mm256_packus_epi16(low, high));
    }
}
#endif

static void run(const uint8_t *const from[], const struct weights *weights, uint8_t *to,
                size_t bytes)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2")) {
        run_avx2(from, weights, to, bytes);
        return;
    }
#endif
    run_plain(from, weights, to, bytes);
}

/* Scratch rows: the picture's own around the one that is made, as they were; that one before its
 * pixels are mixed with their neighbours, with a margin; and after. */
struct rows {
    uint8_t *memory;
    size_t bytes; /* of a row, a number of STEPs */
    uint8_t *original[MAX_ROWS];
    uint8_t *mixed, *done;
};

static int make_rows(struct rows *rows, int width)
{
    const size_t margin = STEP; /* MR_TAPS_REACH pixels fit, and what a step reads too much */
    rows->bytes = ((size_t)width * 4 + STEP - 1) / STEP * STEP;
    size_t row = rows->bytes + 2 * margin;
    rows->memory = calloc(MAX_ROWS + 2, row);
    if (rows->memory == NULL)
        return -ENOMEM;
    for (int i = 0; i < MAX_ROWS; i++)
        rows->original[i] = rows->memory + (size_t)i * row;
    rows->mixed = rows->memory + MAX_ROWS * row + margin;
    rows->done = rows->memory + (MAX_ROWS + 1) * row;
    return 0;
}

static int within(int value, int count)
{
    return value < 0 ? 0 : value < count ? value : count - 1;
}

static void mix_rows(const struct rows *rows, const struct weights *weights, int y, int height)
{
    const uint8_t *from[MAX_ROWS];
    for (int k = -weights->reach; k <= weights->reach; k++)
        from[k + weights->reach] = rows->original[within(y + k, height) % MAX_ROWS];
    run(from, weights, rows->mixed, rows->bytes);
}

static void mix_pixels(const struct rows *rows, const struct weights *weights, int width)
{
    const uint8_t *from[MAX_ROWS];
    for (int k = 1; k <= weights->reach; k++) {
        memcpy(rows->mixed - k * 4, rows->mixed, 4);
        memcpy(rows->mixed + (ptrdiff_t)(width - 1 + k) * 4,
               rows->mixed + (ptrdiff_t)(width - 1) * 4, 4);
    }
    for (int k = -weights->reach; k <= weights->reach; k++)
        from[k + weights->reach] = rows->mixed + k * 4;
    run(from, weights, rows->done, rows->bytes);
}

int mr_convolve_region(const struct mr_region *region, const struct mr_taps *taps)
{
    struct rows rows;
    const struct weights weights = weights_of(taps);
    size_t bytes = (size_t)region->width * 4;
    if (make_rows(&rows, region->width) < 0)
        return -ENOMEM;
    int next = 0; /* row to be kept: all that the one being made needs, before they are changed */
    for (int y = 0; y < region->height; y++) {
        for (; next < region->height && next <= y + weights.reach; next++)
            memcpy(rows.original[next % MAX_ROWS], region->pixels + next * region->stride_bytes,
                   bytes);
        mix_rows(&rows, &weights, y, region->height);
        mix_pixels(&rows, &weights, region->width);
        memcpy(region->pixels + y * region->stride_bytes, rows.done, bytes);
    }
    free(rows.memory);
    return 0;
}

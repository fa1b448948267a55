/* Short kernels against the same sums made one by one; and what is around the rectangle stays. */
#include "media/pixels/convolve.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

static const struct mr_taps kernels[] = {
    { .reach = 1, .weight = { 1, 1 }, .sum = 3 },
    { .reach = 2, .weight = { 3, 2, 1 }, .sum = 9 },
    { .reach = 3, .weight = { 7, 6, 3, 1 }, .sum = 27 },
    { .reach = 1, .weight = { 2, 1 }, .sum = 4 }, /* a power of two */
};

static int clamp(int value, int count)
{
    return value < 0 ? 0 : value < count ? value : count - 1;
}

/* One direction: step is 4 along a row, the stride down a column. */
static void mix(const uint8_t *from, uint8_t *to, int count, ptrdiff_t step,
                const struct mr_taps *taps)
{
    for (int i = 0; i < count; i++)
        for (int channel = 0; channel < 4; channel++) {
            int sum = taps->sum / 2;
            for (int k = -taps->reach; k <= taps->reach; k++)
                sum += from[clamp(i + k, count) * step + channel] * taps->weight[abs(k)];
            to[i * step + channel] = (uint8_t)(sum / taps->sum);
        }
}

static void check(int width, int height, const struct mr_taps *taps)
{
    ptrdiff_t stride = (ptrdiff_t)(width + 5) * 4;
    size_t size = (size_t)stride * (size_t)(height + 4);
    uint8_t *is = malloc(size), *between = malloc(size), *wanted = malloc(size);
    assert_true(is != NULL && between != NULL && wanted != NULL);
    for (size_t i = 0; i < size; i++)
        is[i] = rand() % 5 == 0 ? 255 : (uint8_t)rand();
    memcpy(between, is, size);
    memcpy(wanted, is, size);
    size_t at = (size_t)stride * 2 + 8; /* two rows and two pixels in */
    for (int x = 0; x < width; x++)
        mix(is + at + x * 4, between + at + x * 4, height, stride, taps);
    for (int y = 0; y < height; y++)
        mix(between + at + y * stride, wanted + at + y * stride, width, 4, taps);

    const struct mr_region region = { is + at, stride, width, height };
    assert_int_equal(mr_convolve_region(&region, taps), 0);
    for (size_t i = 0; i < size; i++)
        if (is[i] != wanted[i])
            fail_msg("%dx%d, reach %d: byte %zu is %d, not %d", width, height, taps->reach, i,
                     is[i], wanted[i]);
    free(is);
    free(between);
    free(wanted);
}

static void sums_are_exact(void **state)
{
    (void)state;
    static const int sizes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 9 },   { 3, 3 },
                                    { 7, 5 }, { 8, 8 }, { 33, 17 }, { 200, 50 } };
    srand(3);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        for (size_t k = 0; k < sizeof(kernels) / sizeof(*kernels); k++)
            check(sizes[i][0], sizes[i][1], &kernels[k]);
}

RUN_TESTS(cmocka_unit_test(sums_are_exact))

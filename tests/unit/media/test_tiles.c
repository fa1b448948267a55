/* Tiles against the pixels they stand for. */
#include "media/picture/tiles.h"
#include "support/check.h"

#include <stdlib.h>
#include <string.h>

/* Whether the pixel is in a tile of the grid, by its runs. */
static void paint(const struct mr_tiles *tiles, uint8_t *pixels)
{
    struct mr_area area;
    memset(pixels, 0, (size_t)tiles->width * (size_t)tiles->height);
    for (int row = 0, column = 0; mr_tiles_next(tiles, &row, &column, &area);) {
        assert_in_range(area.left, 0, area.right - 1);
        assert_in_range(area.top, 0, area.bottom - 1);
        assert_true(area.left % 2 == 0 && area.top % 2 == 0);
        for (int y = area.top; y < area.bottom; y++)
            for (int x = area.left; x < area.right; x++)
                pixels[y * tiles->width + x]++; /* beyond the picture: the sanitizer's */
    }
}

static void areas_are_covered_once(void **state)
{
    (void)state;
    static const int sizes[][2] = { { 1, 1 },     { 16, 16 },    { 17, 33 }, { 400, 300 },
                                    { 511, 513 }, { 1280, 720 }, { 3, 1000 } };
    srand(7);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        int width = sizes[i][0], height = sizes[i][1];
        uint8_t *pixels = malloc((size_t)width * (size_t)height);
        assert_non_null(pixels);
        for (int round = 0; round < 40; round++) {
            struct mr_tiles tiles;
            mr_tiles_init(&tiles, width, height);
            struct mr_area area = { .left = rand() % (width + 40) - 20,
                                    .top = rand() % (height + 40) - 20 };
            area.right = area.left + rand() % 60 - 5;
            area.bottom = area.top + rand() % 60 - 5;
            mr_tiles_add(&tiles, &area);
            assert_false(mr_tiles_lack(&tiles, &area));
            paint(&tiles, pixels);
            int covered = 0;
            for (int y = 0; y < height; y++)
                for (int x = 0; x < width; x++) {
                    bool inside =
                        x >= area.left && x < area.right && y >= area.top && y < area.bottom;
                    assert_in_range(pixels[y * width + x], inside, 1);
                    covered += pixels[y * width + x];
                }
            assert_int_equal(mr_tiles_are_all(&tiles), covered == width * height);
        }
        free(pixels);
    }
}

static void all_is_all_and_no_more(void **state)
{
    (void)state;
    static const int sizes[][2] = { { 1, 1 }, { 500, 20 }, { 512, 512 }, { 16384, 16384 } };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct mr_tiles tiles, all;
        const struct mr_area corner = { sizes[i][0] - 1, sizes[i][1] - 1, sizes[i][0],
                                        sizes[i][1] };
        mr_tiles_init(&tiles, sizes[i][0], sizes[i][1]);
        assert_false(mr_tiles_are_all(&tiles));
        assert_true(mr_tiles_lack(&tiles, &corner));
        mr_tiles_add_all(&tiles);
        assert_true(mr_tiles_are_all(&tiles));
        all = tiles;
        memset(tiles.row, 0xff, sizeof(tiles.row)); /* as somebody else may send it */
        mr_tiles_trim(&tiles);
        assert_memory_equal(&tiles, &all, sizeof(tiles));
    }
}

RUN_TESTS(cmocka_unit_test(areas_are_covered_once), cmocka_unit_test(all_is_all_and_no_more))

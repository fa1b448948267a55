/* Pictures that were drawn on in parts: they look as if the whole had been converted, and what was
 * not drawn on is encoded as it came. */
#include "media/convert/converter.h"
#include "media/jpeg/jpeg.h"
#include "media/pixels/layers.h"
#include "support/check.h"
#include "support/picture_compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct mr_picture *take(enum mr_picture_format format, int width, int height)
{
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(format, width, height, 1, &pool), 0);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    return picture;
}

/* Smooth colours: what JPEG and subsampling leave nearly as they are. */
static struct mr_picture *make_under(int width, int height)
{
    struct mr_picture *picture = take(MR_PICTURE_I420, width, height);
    for (int i = 0; i < 3; i++)
        for (int y = 0; y < (i ? (height + 1) / 2 : height); y++)
            for (int x = 0; x < (i ? (width + 1) / 2 : width); x++)
                picture->plane[i][y * picture->stride_bytes[i] + x] =
                    (uint8_t)(i ? 100 + i * 20 + x * 30 / width
                                : 40 + (x + y) * 150 / (width + height));
    mr_picture_pad(picture);
    return picture;
}

/* Draw a rectangle of green on a new layer. */
static struct mr_picture *draw(struct mr_picture *under, const struct mr_area *area)
{
    struct mr_picture *layer = take(MR_PICTURE_BGRX, under->width, under->height);
    memset(layer->plane[0], 0xee, (size_t)layer->stride_bytes[0] * (size_t)layer->height);
    mr_tiles_init(&layer->drawn, under->width, under->height);
    mr_tiles_add(&layer->drawn, area);
    mr_layers_fetch(under, layer, &layer->drawn);
    for (int y = area->top; y < area->bottom; y++)
        for (int x = area->left; x < area->right; x++)
            memcpy(layer->plane[0] + y * layer->stride_bytes[0] + x * 4, "\0\xff\0\xff", 4);
    layer->under = mr_picture_ref(under);
    return layer;
}

static const int sizes[][2] = { { 1, 1 }, { 33, 17 }, { 64, 48 }, { 401, 299 }, { 640, 360 } };

static struct mr_area some_area(int width, int height)
{
    return (struct mr_area){ width / 3, height / 3, width / 3 + (width + 3) / 4,
                             height / 3 + (height + 3) / 4 };
}

static void completed_it_is_a_converted_picture(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        int width = sizes[i][0], height = sizes[i][1];
        struct mr_picture *under = make_under(width, height);
        struct mr_picture *whole = take(MR_PICTURE_BGRX, width, height);
        struct mr_area area = some_area(width, height);
        struct mr_picture *layer = draw(under, &area);
        mr_bgrx_from_picture(under, whole);
        mr_layers_complete(layer);
        assert_null(layer->under);
        mr_layers_complete(layer); /* it is one by now */
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) {
                bool drawn = x >= area.left && x < area.right && y >= area.top && y < area.bottom;
                const uint8_t *is = layer->plane[0] + y * layer->stride_bytes[0] + x * 4;
                const uint8_t *was = whole->plane[0] + y * whole->stride_bytes[0] + x * 4;
                assert_memory_equal(is, drawn ? (const uint8_t *)"\0\xff\0\xff" : was, 3);
            }
        mr_picture_unref(&layer);
        mr_picture_unref(&whole);
        mr_picture_unref(&under);
    }
}

static void what_was_not_drawn_on_keeps_its_planes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        int width = sizes[i][0], height = sizes[i][1];
        struct mr_picture *under = make_under(width, height);
        struct mr_area area = some_area(width, height), run;
        struct mr_picture *layer = draw(under, &area);
        struct mr_scratch scratch = { 0 };
        assert_int_equal(mr_layers_flatten(layer, &scratch), 0);
        for (int plane = 0; plane < 3; plane++) {
            int half = plane ? 1 : 0;
            for (int y = 0; y < (height + half) >> half; y++)
                for (int x = 0; x < (width + half) >> half; x++) {
                    bool drawn = false;
                    for (int row = 0, column = 0;
                         !drawn && mr_tiles_next(&layer->drawn, &row, &column, &run);)
                        drawn = x << half >= run.left && x << half < run.right &&
                                y << half >= run.top && y << half < run.bottom;
                    int is = scratch.planes.data[plane][y * scratch.planes.stride_bytes[plane] + x];
                    int was = under->plane[plane][y * under->stride_bytes[plane] + x];
                    if (!drawn && is != was)
                        fail_msg("%dx%d: plane %d at %d,%d: %d, not %d", width, height, plane, x, y,
                                 is, was);
                }
        }
        mr_planes_finish_scratch(&scratch);
        mr_picture_unref(&layer);
        mr_picture_unref(&under);
    }
}

static struct rgb_picture encode(struct mr_jpeg_encoder *encoder, const struct mr_picture *picture)
{
    const uint8_t *jpeg;
    size_t size;
    assert_int_equal(mr_jpeg_encode(encoder, picture, 95, &jpeg, &size), 0);
    return rgb_from_jpeg(jpeg, size);
}

static void it_is_encoded_as_the_whole_would_be(void **state)
{
    (void)state;
    struct mr_jpeg_encoder *encoder;
    assert_int_equal(mr_jpeg_encoder_create(&encoder), 0);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct mr_picture *under = make_under(sizes[i][0], sizes[i][1]);
        struct mr_area area = some_area(sizes[i][0], sizes[i][1]);
        struct mr_picture *layer = draw(under, &area);
        struct rgb_picture in_parts = encode(encoder, layer);
        mr_layers_complete(layer);
        struct rgb_picture whole = encode(encoder, layer);
        if (rgb_psnr(&in_parts, &whole) < 45)
            fail_msg("%dx%d: %.1f dB", sizes[i][0], sizes[i][1], rgb_psnr(&in_parts, &whole));
        unsigned green =
            rgb_at(&in_parts, (area.left + area.right) / 2, (area.top + area.bottom) / 2);
        assert_in_range(green >> 8 & 255, 240, 255);
        rgb_free(&in_parts);
        rgb_free(&whole);
        mr_picture_unref(&layer);
        mr_picture_unref(&under);
    }
    mr_jpeg_encoder_destroy(encoder);
}

static void the_picture_under_lives_as_long(void **state)
{
    (void)state;
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_I420, 64, 48, 1, &pool), 0);
    struct mr_picture *under = mr_picture_pool_take(pool);
    struct mr_picture *layer = take(MR_PICTURE_BGRX, 64, 48);
    layer->under = mr_picture_ref(under);
    mr_picture_unref(&under);
    assert_null(mr_picture_pool_take(pool));
    mr_picture_unref(&layer);
    under = mr_picture_pool_take(pool);
    assert_non_null(under);
    mr_picture_unref(&under);
    mr_picture_pool_destroy(pool);
}

RUN_TESTS(cmocka_unit_test(completed_it_is_a_converted_picture),
          cmocka_unit_test(what_was_not_drawn_on_keeps_its_planes),
          cmocka_unit_test(it_is_encoded_as_the_whole_would_be),
          cmocka_unit_test(the_picture_under_lives_as_long))

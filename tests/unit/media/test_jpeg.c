#include "media/jpeg/jpeg.h"

#include "media/convert/converter.h"
#include "support/check.h"
#include "support/picture_compare.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static struct mr_picture *take_one(enum mr_picture_format format, int width, int height)
{
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(format, width, height, 1, &pool), 0);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool); /* the picture keeps it */
    return picture;
}

/* Smooth and colourful. */
static struct mr_picture *paint(int width, int height)
{
    struct mr_picture *picture = take_one(MR_PICTURE_I420, width, height);
    for (int i = 0; i < 3; i++) {
        int w = i == 0 ? width : (width + 1) / 2, h = i == 0 ? height : (height + 1) / 2;
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                picture->plane[i][y * picture->stride_bytes[i] + x] =
                    (uint8_t)(128 + 60 * sin(i + x * 4.0 / w) * cos(i * 2 + y * 3.0 / h));
    }
    mr_picture_pad(picture);
    return picture;
}

static struct rgb_picture encode(struct mr_jpeg_encoder *encoder, const struct mr_picture *picture,
                                 int quality, size_t *size)
{
    const uint8_t *jpeg;
    assert_int_equal(mr_jpeg_encode(encoder, picture, quality, &jpeg, size), 0);
    assert_true(*size > 100);
    struct rgb_picture decoded = rgb_from_jpeg(jpeg, *size);
    assert_int_equal(decoded.width, picture->width);
    assert_int_equal(decoded.height, picture->height);
    return decoded;
}

static struct mr_jpeg_encoder *make_encoder(void)
{
    struct mr_jpeg_encoder *encoder;
    assert_int_equal(mr_jpeg_encoder_create(&encoder), 0);
    return encoder;
}

/* The same picture through both ways in: what a script that touched nothing else would see. */
static void encodes_both_formats_alike(void **state)
{
    (void)state;
    const int sizes[][2] = {
        { 1, 1 }, { 2, 2 }, { 3, 7 }, { 400, 300 }, { 767, 431 }, { 431, 16 }
    };
    struct mr_jpeg_encoder *encoder = make_encoder();
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct mr_picture *i420 = paint(sizes[i][0], sizes[i][1]);
        struct mr_picture *bgrx = take_one(MR_PICTURE_BGRX, sizes[i][0], sizes[i][1]);
        i420->seq = 5;
        i420->pts_us = 7;
        i420->captured_us = 9;
        mr_bgrx_from_picture(i420, bgrx);
        assert_int_equal(bgrx->seq, 5);
        assert_int_equal(bgrx->pts_us, 7);
        assert_int_equal(bgrx->captured_us, 9);

        size_t size;
        struct rgb_picture a = encode(encoder, i420, 95, &size);
        struct rgb_picture b = encode(encoder, bgrx, 95, &size);
        assert_true(rgb_psnr(&a, &b) > 42);
        rgb_free(&a);
        rgb_free(&b);
        mr_picture_unref(&i420);
        mr_picture_unref(&bgrx);
    }
    mr_jpeg_encoder_destroy(encoder);
}

static void fill(struct mr_picture *picture, int y, int cb, int cr)
{
    const int values[3] = { y, cb, cr };
    for (int i = 0; i < 3; i++)
        memset(picture->plane[i], values[i],
               (size_t)picture->stride_bytes[i] *
                   (size_t)(i == 0 ? picture->height + picture->height % 2
                                   : (picture->height + 1) / 2));
}

static void assert_near(unsigned colour, unsigned wanted)
{
    for (int shift = 0; shift < 24; shift += 8) {
        int difference = (int)(colour >> shift & 255) - (int)(wanted >> shift & 255);
        if (difference < -3 || difference > 3)
            fail_msg("colour %06x, not %06x", colour, wanted);
    }
}

/* Red is Y 76, Cb 85, Cr 255 in full-range BT.601. */
static void means_full_range_bt601(void **state)
{
    (void)state;
    struct mr_jpeg_encoder *encoder = make_encoder();
    struct mr_picture *i420 = take_one(MR_PICTURE_I420, 33, 17);
    struct mr_picture *bgrx = take_one(MR_PICTURE_BGRX, 33, 17);
    const struct {
        int y, cb, cr;
        unsigned rgb;
    } colours[] = { { 76, 85, 255, 0xff0000 },
                    { 150, 44, 21, 0x00ff00 },
                    { 29, 255, 107, 0x0000ff },
                    { 255, 128, 128, 0xffffff },
                    { 0, 128, 128, 0x000000 } };
    for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++) {
        fill(i420, colours[i].y, colours[i].cb, colours[i].cr);
        mr_bgrx_from_picture(i420, bgrx);
        const uint8_t *last = bgrx->plane[0] + 16 * bgrx->stride_bytes[0] + 32 * 4;
        assert_near((unsigned)(last[2] << 16 | last[1] << 8 | last[0]), colours[i].rgb);

        size_t size;
        struct rgb_picture decoded = encode(encoder, i420, 95, &size);
        assert_near(rgb_at(&decoded, 32, 16), colours[i].rgb);
        rgb_free(&decoded);
        decoded = encode(encoder, bgrx, 95, &size);
        assert_near(rgb_at(&decoded, 32, 16), colours[i].rgb);
        rgb_free(&decoded);
    }
    mr_picture_unref(&i420);
    mr_picture_unref(&bgrx);
    mr_jpeg_encoder_destroy(encoder);
}

static void gets_larger_and_better_with_quality(void **state)
{
    (void)state;
    struct mr_jpeg_encoder *encoder = make_encoder();
    struct mr_picture *picture = paint(400, 300);
    size_t last = 0;
    struct rgb_picture best;
    size_t best_size;
    best = encode(encoder, picture, 100, &best_size);
    double last_psnr = 0;
    for (int quality = 10; quality <= 90; quality += 40) {
        size_t size;
        struct rgb_picture decoded = encode(encoder, picture, quality, &size);
        double psnr = rgb_psnr(&decoded, &best);
        assert_true(size > last && psnr > last_psnr);
        last = size;
        last_psnr = psnr;
        rgb_free(&decoded);
    }
    assert_true(best_size > last);
    rgb_free(&best);
    mr_picture_unref(&picture);
    mr_jpeg_encoder_destroy(encoder);
}

static void ignores_what_lies_beside_odd_pictures(void **state)
{
    (void)state;
    struct mr_jpeg_encoder *encoder = make_encoder();
    struct mr_picture *picture = take_one(MR_PICTURE_I420, 31, 31);
    fill(picture, 200, 128, 128);
    memset(picture->plane[0] + 31 * picture->stride_bytes[0], 0, 64);
    for (int y = 0; y < 32; y++)
        picture->plane[0][y * picture->stride_bytes[0] + 31] = 0;
    mr_picture_pad(picture);
    size_t size;
    struct rgb_picture decoded = encode(encoder, picture, 50, &size);
    assert_near(rgb_at(&decoded, 30, 30), 0xc8c8c8);
    rgb_free(&decoded);
    mr_picture_unref(&picture);
    mr_jpeg_encoder_destroy(encoder);
}

static void refuses_bad_quality(void **state)
{
    (void)state;
    struct mr_jpeg_encoder *encoder = make_encoder();
    struct mr_picture *picture = paint(16, 16);
    const uint8_t *jpeg;
    size_t size;
    assert_int_equal(mr_jpeg_encode(encoder, picture, 101, &jpeg, &size), -EINVAL);
    assert_null(jpeg);
    assert_int_equal(mr_jpeg_encode(encoder, picture, 1, &jpeg, &size), 0);
    mr_picture_unref(&picture);
    mr_jpeg_encoder_destroy(encoder);
    mr_jpeg_encoder_destroy(NULL);
}

RUN_TESTS(cmocka_unit_test(encodes_both_formats_alike), cmocka_unit_test(means_full_range_bt601),
          cmocka_unit_test(gets_larger_and_better_with_quality),
          cmocka_unit_test(ignores_what_lies_beside_odd_pictures),
          cmocka_unit_test(refuses_bad_quality))

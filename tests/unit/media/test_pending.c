/* Pictures whose planes come when they are asked for. */
#include "media/picture/picture.h"

#include "media/convert/converter.h"
#include "media/jpeg/jpeg_planes.h"
#include "media/pixels/layers.h"
#include "support/check.h"
#include "support/jpegs.h"

#include <libavutil/frame.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <turbojpeg.h>

static atomic_int filled, forgotten, asked_for;

static void fill(void *opaque, struct mr_picture *picture)
{
    (void)opaque;
    memset(picture->plane[0], 77, (size_t)picture->stride_bytes[0] * (size_t)picture->height);
    atomic_fetch_add(&filled, 1);
}

static void forget(void *opaque, bool asked)
{
    (void)opaque;
    atomic_fetch_add(&forgotten, 1);
    atomic_fetch_add(&asked_for, asked);
}

static struct mr_picture *make_pending(void)
{
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_I420, 64, 48, 1, &pool), 0);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    filled = forgotten = asked_for = 0;
    const struct mr_pending_options options = { .fill = fill, .forget = forget };
    assert_int_equal(mr_picture_postpone(picture, &options), 0);
    return picture;
}

static void *look(void *argument)
{
    const struct mr_picture *picture = argument;
    mr_picture_need(picture);
    return (void *)(uintptr_t)picture->plane[0][17];
}

static void is_filled_once_by_many(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        struct mr_picture *picture = make_pending();
        pthread_t threads[4];
        assert_true(mr_picture_is_pending(picture));
        for (int i = 0; i < 4; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, look, picture), 0);
        for (int i = 0; i < 4; i++) {
            void *seen;
            pthread_join(threads[i], &seen);
            assert_int_equal((uintptr_t)seen, 77);
        }
        assert_false(mr_picture_is_pending(picture));
        mr_picture_unref(&picture);
        assert_int_equal(filled, 1);
        assert_int_equal(forgotten, 1);
        assert_int_equal(asked_for, 1);
    }
}

static void is_never_filled_for_nobody(void **state)
{
    (void)state;
    struct mr_picture *picture = make_pending();
    mr_picture_unref(&picture);
    assert_int_equal(filled, 0);
    assert_int_equal(forgotten, 1);
    picture = make_pending();
    mr_picture_prepare(picture);
    assert_false(mr_picture_is_pending(picture));
    assert_false(mr_picture_was_needed(picture));
    mr_picture_unref(&picture);
    assert_int_equal(asked_for, 0);
}

/* ---- as the converter makes them ---- */

static struct mr_picture *convert(struct mr_converter *converter, const struct jpeg_file *file)
{
    struct mr_jpeg_frame jpeg = { .bytes = file->bytes };
    AVFrame *frame = av_frame_alloc();
    struct mr_decoded decoded = { .frame = frame, .pts_us = 5, .captured_us = 6, .jpeg = &jpeg };
    struct mr_picture *picture;
    struct mr_error error;
    assert_int_equal(mr_jpeg_header_read(file->bytes, file->size, &jpeg.header), 0);
    mr_jpeg_planes_describe(&jpeg.header, 1, 0, 1, frame);
    if (mr_converter_run(converter, &decoded, &picture, &error) != 0)
        fail_msg("%s", error.text);
    av_frame_free(&frame);
    assert_int_equal(picture->pts_us, 5);
    assert_int_equal(picture->captured_us, 6);
    return picture;
}

static struct mr_converter *make_converter(int width, int height, bool keep)
{
    struct mr_converter_options options = { .size = { width, height },
                                            .slots = 4,
                                            .keep_jpeg = keep };
    struct mr_converter *converter;
    assert_int_equal(mr_converter_create(&options, &converter), 0);
    return converter;
}

static void assert_alike(const struct mr_picture *a, const struct mr_picture *b)
{
    for (int i = 0; i < 3; i++)
        for (int y = 0; y < (i > 0 ? (a->height + 1) / 2 : a->height); y++)
            assert_memory_equal(a->plane[i] + y * a->stride_bytes[i],
                                b->plane[i] + y * b->stride_bytes[i],
                                (size_t)(i > 0 ? (a->width + 1) / 2 : a->width));
}

/* Also when the converter is gone, and of odd sides and samplings that a picture has not. */
static void a_jpeg_waits_and_looks_the_same(void **state)
{
    (void)state;
    static const int samplings[] = { TJSAMP_420, TJSAMP_422, TJSAMP_444, TJSAMP_GRAY };
    for (size_t i = 0; i < 4; i++) {
        struct jpeg_file file = jpeg_make(123, 77, samplings[i], false, 1);
        struct mr_converter *lazy = make_converter(0, 0, true),
                            *plain = make_converter(0, 0, false);
        struct mr_picture *waiting = convert(lazy, &file), *made = convert(plain, &file);
        mr_converter_destroy(lazy);
        mr_converter_destroy(plain);
        assert_true(mr_picture_is_pending(waiting));
        assert_null(mr_picture_jpeg(made));
        const struct mr_blob *blob = mr_picture_jpeg(waiting);
        assert_int_equal(blob->size, file.size);
        assert_memory_equal(blob->data, file.bytes, file.size);
        jpeg_free(&file);
        mr_picture_need(waiting);
        assert_alike(waiting, made);
        mr_picture_unref(&waiting);
        mr_picture_unref(&made);
    }
}

static void what_is_not_kept_is_decoded(void **state)
{
    (void)state;
    struct jpeg_file file = jpeg_make(128, 96, TJSAMP_420, false, 1);
    static const struct mr_size sizes[] = { { 64, 48 }, { 128, 100 }, { 256, 192 }, { 127, 96 } };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        struct mr_converter *converter = make_converter(sizes[i].width, sizes[i].height, true);
        struct mr_picture *picture = convert(converter, &file);
        assert_false(mr_picture_is_pending(picture));
        assert_null(mr_picture_jpeg(picture));
        mr_picture_unref(&picture);
        mr_converter_destroy(converter);
    }
    jpeg_insert(&file, 2, "\xff\xe2\0\4ab", 6); /* a profile: not shown as it is */
    struct mr_converter *converter = make_converter(0, 0, true);
    struct mr_picture *picture = convert(converter, &file);
    assert_null(mr_picture_jpeg(picture));
    mr_picture_unref(&picture);
    mr_converter_destroy(converter);
    jpeg_free(&file);
}

/* Whoever draws on every frame has them decoded beforehand. */
static void what_was_needed_is_prepared(void **state)
{
    (void)state;
    struct jpeg_file file = jpeg_make(64, 48, TJSAMP_420, false, 1);
    struct mr_converter *converter = make_converter(0, 0, true);
    struct mr_picture *picture = convert(converter, &file);
    mr_picture_need(picture);
    mr_picture_unref(&picture);
    picture = convert(converter, &file);
    assert_false(mr_picture_is_pending(picture));
    assert_non_null(mr_picture_jpeg(picture));
    mr_picture_unref(&picture); /* not needed, after all */
    picture = convert(converter, &file);
    assert_true(mr_picture_is_pending(picture));
    mr_picture_unref(&picture);
    mr_converter_destroy(converter);
    jpeg_free(&file);
}

static void damage_is_found_late_and_counted(void **state)
{
    (void)state;
    struct jpeg_file file = jpeg_make(320, 240, TJSAMP_420, false, 3);
    size_t size, scan = jpeg_find(&file, 0xda, &size);
    memset(file.bytes + scan + size + 800, 0x55, 400);
    struct mr_converter *converter = make_converter(0, 0, true);
    struct mr_picture *picture = convert(converter, &file);
    assert_int_equal(mr_converter_damaged(converter), 0);
    mr_picture_need(picture);
    assert_int_equal(mr_converter_damaged(converter), 1);
    mr_picture_unref(&picture);
    mr_converter_destroy(converter);
    jpeg_free(&file);
}

/* What is drawn goes over the decoded frame. */
static void layers_find_it_filled(void **state)
{
    (void)state;
    struct mr_picture *picture = make_pending();
    struct mr_scratch scratch = { 0 };
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_BGRX, 64, 48, 1, &pool), 0);
    struct mr_picture *canvas = mr_picture_pool_take(pool);
    mr_tiles_init(&canvas->drawn, 64, 48);
    canvas->under = mr_picture_ref(picture);
    assert_int_equal(mr_layers_flatten(canvas, &scratch), 0);
    assert_int_equal(scratch.planes.data[0][100], 77);
    assert_int_equal(filled, 1);
    mr_planes_finish_scratch(&scratch);
    mr_picture_unref(&canvas);
    mr_picture_unref(&picture);
    mr_picture_pool_destroy(pool);
}

RUN_TESTS(cmocka_unit_test(is_filled_once_by_many), cmocka_unit_test(is_never_filled_for_nobody),
          cmocka_unit_test(a_jpeg_waits_and_looks_the_same),
          cmocka_unit_test(what_is_not_kept_is_decoded),
          cmocka_unit_test(what_was_needed_is_prepared),
          cmocka_unit_test(damage_is_found_late_and_counted),
          cmocka_unit_test(layers_find_it_filled))

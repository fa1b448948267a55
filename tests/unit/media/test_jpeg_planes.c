/* Scaled decoding against decoding in full and then averaging; and the converter that chooses it. */
#include "media/jpeg/jpeg_planes.h"

#include "media/convert/converter.h"
#include "media/picture/picture.h"
#include "support/check.h"
#include "support/jpegs.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <string.h>
#include <turbojpeg.h>

static const int samplings[] = { TJSAMP_444, TJSAMP_422, TJSAMP_420,
                                 TJSAMP_440, TJSAMP_411, TJSAMP_GRAY };
#define SAMPLINGS (sizeof(samplings) / sizeof(*samplings))

static struct mr_jpeg_frame frame_of(const struct jpeg_file *file)
{
    struct mr_jpeg_frame frame = { .bytes = file->bytes };
    assert_int_equal(mr_jpeg_header_read(file->bytes, file->size, &frame.header), 0);
    return frame;
}

/* The mean of a block of a plane. */
static double block(const AVFrame *frame, int plane, int x, int y, int side)
{
    double sum = 0;
    for (int dy = 0; dy < side; dy++)
        for (int dx = 0; dx < side; dx++)
            sum += frame->data[plane][(y * side + dy) * frame->linesize[plane] + x * side + dx];
    return sum / (side * side);
}

/* dB between a plane and the averages of the full one; blocks that reach over its edge are left out. */
static double compare(const AVFrame *full, const AVFrame *reduced, int plane, int divisor)
{
    const AVPixFmtDescriptor *format = av_pix_fmt_desc_get(full->format);
    int across = plane > 0 ? format->log2_chroma_w : 0,
        down = plane > 0 ? format->log2_chroma_h : 0;
    int width = (full->width >> across) / divisor, height = (full->height >> down) / divisor;
    double squares = 0;
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            double got = reduced->data[plane][y * reduced->linesize[plane] + x];
            squares += pow(got - block(full, plane, x, y, divisor), 2);
        }
    }
    return 10 * log10(255 * 255 / (squares / (width * height) + 1e-6));
}

static void reduces_as_averaging_would(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLINGS; i++) {
        struct jpeg_file file = jpeg_make(331, 245, samplings[i], i % 2 == 1, 3);
        struct mr_jpeg_frame jpeg = frame_of(&file);
        struct mr_jpeg_planes *decoders[2];
        const AVFrame *full, *reduced;
        bool damaged;
        for (int k = 0; k < 2; k++)
            assert_int_equal(mr_jpeg_planes_create(&decoders[k]), 0);
        assert_int_equal(mr_jpeg_planes_decode(decoders[0], &jpeg, 1, &full, &damaged), 0);
        for (int divisor = 2; divisor <= 8; divisor *= 2) {
            assert_int_equal(mr_jpeg_planes_decode(decoders[1], &jpeg, divisor, &reduced, &damaged),
                             0);
            assert_false(damaged);
            assert_int_equal(reduced->width, (331 + divisor - 1) / divisor);
            assert_int_equal(reduced->height, (245 + divisor - 1) / divisor);
            for (int plane = 0; plane < 3 && full->data[plane] != NULL; plane++) {
                double db = compare(full, reduced, plane, divisor);
                if (db < 45)
                    fail_msg("sampling %d, plane %d by %d: %.1f dB", samplings[i], plane, divisor,
                             db);
            }
        }
        for (int k = 0; k < 2; k++)
            mr_jpeg_planes_destroy(decoders[k]);
        jpeg_free(&file);
    }
}

static void the_divisor_leaves_enough(void **state)
{
    (void)state;
    static const struct {
        struct mr_rect from;
        struct mr_size to;
        int divisor;
    } cases[] = {
        { { 0, 0, 1280, 720 }, { 320, 180 }, 4 },  { { 0, 0, 1280, 720 }, { 321, 180 }, 2 },
        { { 0, 0, 1280, 720 }, { 1280, 720 }, 1 }, { { 0, 0, 1280, 720 }, { 2000, 90 }, 1 },
        { { 0, 0, 1280, 720 }, { 1, 1 }, 8 },      { { 0, 0, 1279, 719 }, { 640, 360 }, 1 },
        { { 160, 0, 960, 720 }, { 240, 180 }, 4 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(mr_jpeg_planes_divisor(&cases[i].from, cases[i].to), cases[i].divisor);
}

/* ---- damage ---- */

static void damage_is_told(void **state)
{
    (void)state;
    struct jpeg_file file = jpeg_make(320, 240, TJSAMP_420, false, 3);
    size_t size, scan = jpeg_find(&file, 0xda, &size);
    memset(file.bytes + scan + size + 800, 0x55, 400);
    struct mr_jpeg_frame jpeg = frame_of(&file);
    struct mr_jpeg_planes *decoder;
    const AVFrame *frame;
    bool damaged;
    assert_int_equal(mr_jpeg_planes_create(&decoder), 0);
    assert_int_equal(mr_jpeg_planes_decode(decoder, &jpeg, 2, &frame, &damaged), 0);
    assert_true(damaged);
    mr_jpeg_planes_destroy(decoder);
    jpeg_free(&file);
}

/* Whatever is damaged: an answer, and the decoder goes on. */
static void survives_any_damage(void **state)
{
    (void)state;
    struct jpeg_file file = jpeg_make(96, 64, TJSAMP_420, true, 3);
    struct mr_jpeg_planes *decoder;
    assert_int_equal(mr_jpeg_planes_create(&decoder), 0);
    for (size_t at = 2; at < file.size; at++) {
        struct mr_jpeg_frame jpeg = { .bytes = file.bytes };
        const AVFrame *frame;
        bool damaged;
        uint8_t before = file.bytes[at];
        file.bytes[at] = (uint8_t)(before ^ (1 << at % 8));
        if (mr_jpeg_header_read(file.bytes, file.size, &jpeg.header) == 0) {
            int result = mr_jpeg_planes_decode(decoder, &jpeg, 1 << at % 4, &frame, &damaged);
            assert_true(result == 0 || result == -EBADMSG);
        }
        file.bytes[at] = before;
    }
    mr_jpeg_planes_destroy(decoder);
    jpeg_free(&file);
}

/* ---- the converter ---- */

static struct mr_picture *convert(const struct mr_decoded *decoded, struct mr_size size,
                                  enum mr_fit fit)
{
    struct mr_converter_options options = { .size = size, .fit = fit, .slots = 2 };
    struct mr_converter *converter;
    struct mr_picture *picture;
    struct mr_error error;
    assert_int_equal(mr_converter_create(&options, &converter), 0);
    if (mr_converter_run(converter, decoded, &picture, &error) != 0)
        fail_msg("%s", error.text);
    mr_converter_destroy(converter);
    return picture;
}

static double picture_psnr(const struct mr_picture *a, const struct mr_picture *b)
{
    double squares = 0, samples = 0;
    for (int plane = 0; plane < 3; plane++) {
        int width = plane > 0 ? (a->width + 1) / 2 : a->width;
        int height = plane > 0 ? (a->height + 1) / 2 : a->height;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                squares += pow(a->plane[plane][y * a->stride_bytes[plane] + x] -
                                   b->plane[plane][y * b->stride_bytes[plane] + x],
                               2);
        samples += width * height;
    }
    return 10 * log10(255 * 255 / (squares / samples + 1e-6));
}

/* The same file, decoded in full beforehand and scaled by zimg alone. */
static void scaled_decoding_looks_like_scaling(void **state)
{
    (void)state;
    static const struct {
        struct mr_size size;
        enum mr_fit fit;
        int rotation;
    } cases[] = {
        { { 320, 180 }, MR_FIT_CONTAIN, 0 },  { { 200, 200 }, MR_FIT_CONTAIN, 0 },
        { { 150, 150 }, MR_FIT_COVER, 0 },    { { 101, 37 }, MR_FIT_STRETCH, 0 },
        { { 0, 333 }, MR_FIT_CONTAIN, 90 },   { { 500, 0 }, MR_FIT_CONTAIN, 180 },
        { { 1281, 721 }, MR_FIT_CONTAIN, 0 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases) * SAMPLINGS; i++) {
        size_t which = i / SAMPLINGS;
        struct jpeg_file file = jpeg_make(1281, 721, samplings[i % SAMPLINGS], false, 3);
        struct mr_jpeg_frame jpeg = frame_of(&file);
        struct mr_jpeg_planes *decoder;
        const AVFrame *frame;
        bool damaged;
        assert_int_equal(mr_jpeg_planes_create(&decoder), 0);
        assert_int_equal(mr_jpeg_planes_decode(decoder, &jpeg, 1, &frame, &damaged), 0);
        struct mr_decoded decoded = { .frame = frame, .rotation = cases[which].rotation };
        struct mr_picture *plain = convert(&decoded, cases[which].size, cases[which].fit);
        decoded.jpeg = &jpeg;
        struct mr_picture *picture = convert(&decoded, cases[which].size, cases[which].fit);
        assert_int_equal(picture->width, plain->width);
        assert_int_equal(picture->height, plain->height);
        double db = picture_psnr(picture, plain);
        if (db < 38)
            fail_msg("case %zu, sampling %d: %.1f dB", which, samplings[i % SAMPLINGS], db);
        mr_picture_unref(&picture);
        mr_picture_unref(&plain);
        mr_jpeg_planes_destroy(decoder);
        jpeg_free(&file);
    }
}

RUN_TESTS(cmocka_unit_test(reduces_as_averaging_would), cmocka_unit_test(the_divisor_leaves_enough),
          cmocka_unit_test(damage_is_told), cmocka_unit_test(survives_any_damage),
          cmocka_unit_test(scaled_decoding_looks_like_scaling))

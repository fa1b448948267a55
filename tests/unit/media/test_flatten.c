/* Transparent places show the background, whatever the format; what is opaque is not touched. */
#include "media/convert/background.h"
#include "media/convert/flatten.h"

#include "support/check.h"

#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#define WIDTH      48
#define HEIGHT     32
#define BACKGROUND 0x2040c0 /* red 0x20, green 0x40, blue 0xc0 */

static struct mr_flatten *flatten;

static int setup(void **state)
{
    (void)state;
    flatten = mr_flatten_create(BACKGROUND);
    return flatten == NULL;
}

static int teardown(void **state)
{
    (void)state;
    mr_flatten_destroy(flatten);
    return 0;
}

static AVFrame *make_frame(enum AVPixelFormat format)
{
    AVFrame *frame = av_frame_alloc();
    assert_non_null(frame);
    frame->format = format;
    frame->width = WIDTH;
    frame->height = HEIGHT;
    assert_int_equal(av_frame_get_buffer(frame, 0), 0);
    return frame;
}

/* Orange; the left third opaque, the middle half transparent, the right third gone. */
static AVFrame *paint(int opaque, int half, int gone)
{
    AVFrame *frame = make_frame(AV_PIX_FMT_RGBA);
    const int alpha[] = { opaque, half, gone };
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *pixel = frame->data[0] + y * frame->linesize[0] + 4 * x;
            pixel[0] = 240;
            pixel[1] = 128;
            pixel[2] = 16;
            pixel[3] = (uint8_t)alpha[x * 3 / WIDTH];
        }
    return frame;
}

static AVFrame *repaint(const AVFrame *rgba, enum AVPixelFormat format)
{
    AVFrame *frame = make_frame(format);
    struct SwsContext *sws = sws_getContext(WIDTH, HEIGHT, AV_PIX_FMT_RGBA, WIDTH, HEIGHT, format,
                                            SWS_POINT | SWS_ACCURATE_RND, NULL, NULL, NULL);
    assert_non_null(sws);
    sws_scale(sws, (const uint8_t *const *)rgba->data, rgba->linesize, 0, HEIGHT, frame->data,
              frame->linesize);
    sws_freeContext(sws);
    return frame;
}

static void assert_near(const AVFrame *flat, int x, int red, int green, int blue, int off)
{
    const uint8_t *pixel = flat->data[0] + HEIGHT / 2 * flat->linesize[0] + 4 * x;
    const int wanted[] = { blue, green, red };
    for (int i = 0; i < 3; i++)
        if (abs(pixel[i] - wanted[i]) > off)
            fail_msg("at %d: %d %d %d instead of %d %d %d", x, pixel[2], pixel[1], pixel[0], red,
                     green, blue);
}

static void every_format_is_laid_on_the_background(void **state)
{
    (void)state;
    static const struct {
        enum AVPixelFormat format;
        int off; /* levels that its own colours may cost */
    } cases[] = {
        { AV_PIX_FMT_RGBA, 1 },     { AV_PIX_FMT_BGRA, 1 },     { AV_PIX_FMT_ARGB, 1 },
        { AV_PIX_FMT_ABGR, 1 },     { AV_PIX_FMT_GBRAP, 2 },    { AV_PIX_FMT_RGBA64LE, 2 },
        { AV_PIX_FMT_YUVA420P, 6 }, { AV_PIX_FMT_YUVA444P, 6 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        AVFrame *rgba = paint(255, 128, 0), *frame = repaint(rgba, cases[i].format);
        const AVFrame *flat = NULL;
        print_message("%s\n", av_get_pix_fmt_name(cases[i].format));
        assert_int_equal(mr_flatten_run(flatten, frame, &flat), 0);
        assert_int_equal(flat->format, AV_PIX_FMT_BGR0);
        assert_near(flat, 4, 240, 128, 16, cases[i].off);
        assert_near(flat, WIDTH / 2, 136, 96, 104, cases[i].off);
        assert_near(flat, WIDTH - 4, 0x20, 0x40, 0xc0, cases[i].off);
        av_frame_free(&frame);
        av_frame_free(&rgba);
    }
}

static void a_palette_may_have_transparent_colours(void **state)
{
    (void)state;
    AVFrame *frame = make_frame(AV_PIX_FMT_PAL8);
    const AVFrame *flat = NULL;
    uint32_t *palette = (uint32_t *)frame->data[1];
    for (int i = 0; i < 256; i++)
        palette[i] = 0xfff08010;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            frame->data[0][y * frame->linesize[0] + x] = x < WIDTH / 2 ? 7 : 9;
    assert_int_equal(mr_flatten_run(flatten, frame, &flat), 0);
    assert_ptr_equal(flat, frame);
    palette[9] = 0x00ffffff;
    assert_int_equal(mr_flatten_run(flatten, frame, &flat), 0);
    assert_near(flat, 4, 240, 128, 16, 1);
    assert_near(flat, WIDTH - 4, 0x20, 0x40, 0xc0, 1);
    av_frame_free(&frame);
}

/* Some devices deliver a fourth byte that is always 0 and means nothing. */
static void what_is_opaque_or_has_no_alpha_stays(void **state)
{
    (void)state;
    static const int alphas[] = { 255, 0 };
    const AVFrame *flat = NULL;
    for (size_t i = 0; i < 2; i++) {
        AVFrame *rgba = paint(alphas[i], alphas[i], alphas[i]),
                *planes = repaint(rgba, AV_PIX_FMT_YUVA420P);
        assert_int_equal(mr_flatten_run(flatten, rgba, &flat), 0);
        assert_ptr_equal(flat, rgba);
        assert_int_equal(mr_flatten_run(flatten, planes, &flat), 0);
        assert_ptr_equal(flat, planes);
        av_frame_free(&planes);
        av_frame_free(&rgba);
    }
    AVFrame *plain = make_frame(AV_PIX_FMT_YUV420P);
    assert_int_equal(mr_flatten_run(flatten, plain, &flat), 0);
    assert_ptr_equal(flat, plain);
    av_frame_free(&plain);
}

static void backgrounds_are_plain_colours(void **state)
{
    (void)state;
    static const char *const wrong[] = { "",          "nope",    "random",   "bikeshed", "#12345",
                                         "#ffffff80", "red@0.5", "0xffffff", "#gggggg" };
    uint32_t rgb = 0;
    assert_true(mr_background_parse("orange", &rgb));
    assert_int_equal(rgb, 0xffa500);
    assert_true(mr_background_parse("#12aBff", &rgb));
    assert_int_equal(rgb, 0x12abff);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        assert_false(mr_background_parse(wrong[i], &rgb));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
RUN_TESTS(TEST(every_format_is_laid_on_the_background),
          TEST(a_palette_may_have_transparent_colours), TEST(what_is_opaque_or_has_no_alpha_stays),
          cmocka_unit_test(backgrounds_are_plain_colours))

/* Live inputs: packets thrown away, clocks that jump or go back, sizes that change. */
#include "media/source/source.h"

#include "base/clock.h"
#include "media/source/source_discard.h"
#include "support/camera.h"
#include "support/check.h"
#include "support/clip.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <stdio.h>
#include <string.h>

#define GOP     25
#define SECONDS 2 /* of the clip */

#define H264(size, more)                                                                           \
    "-f lavfi -i testsrc2=size=" size ":rate=25:duration=2 " more                                  \
    " -c:v libx264 -preset ultrafast -tune zerolatency -g 25 -pix_fmt yuv420p -f mpegts"

static struct camera *camera;

static struct mr_source *open_source(const char *scheme)
{
    char url[100];
    snprintf(url, sizeof(url), "%s://127.0.0.1:%d", scheme, camera_port(camera));
    struct mr_source_options options = { .url = url, .stall_us = 2000000, .loop = true };
    struct mr_source *source;
    struct mr_error error;
    if (mr_source_open(&options, &source, &error) != 0)
        fail_msg("%s", error.text);
    assert_true(mr_source_info(source)->live);
    assert_true(mr_source_info(source)->remote);
    return source;
}

static struct mr_decoded next(struct mr_source *source)
{
    struct mr_decoded decoded;
    struct mr_error error = { 0 };
    if (mr_source_read(source, &decoded, &error) != 0)
        fail_msg("no frame: %s", error.text);
    return decoded;
}

/* In 50 pieces of a 25th of a second each. */
static struct camera_pieces transport_stream(const char *arguments)
{
    return camera_file("x.ts", arguments, GOP * SECONDS);
}

static void goes_on_at_a_key_frame(void **state)
{
    (void)state;
    camera = camera_start(transport_stream(H264("320x240", "")), 5000);
    struct mr_source *source = open_source("tcp");
    struct mr_error error;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++)
            next(source);
        for (int i = 0; i < 7; i++)
            assert_int_equal(mr_source_discard(source, &error), 0);
        struct mr_decoded decoded = next(source);
        assert_int_equal(decoded.frame->key_frame, 1);
        assert_int_equal(decoded.frame->decode_error_flags, 0);
    }
    mr_source_close(source);
    camera_stop(camera);
}

static void says_when_nothing_comes_to_throw_away(void **state)
{
    (void)state;
    camera = camera_start(transport_stream(H264("320x240", "")), 5000);
    struct mr_source *source = open_source("tcp");
    struct mr_error error = { 0 };
    camera_set(camera, CAMERA_SILENT);
    int result;
    while ((result = mr_source_discard(source, &error)) == 0)
        ;
    assert_int_equal(result, -ETIMEDOUT);
    camera_set(camera, CAMERA_GONE);
    assert_int_not_equal(mr_source_discard(source, &error), 0);
    mr_source_close(source);
    camera_stop(camera);
}

/* Read for so long. return: how far media time went, in shares of the time that it took */
static double run_for(struct mr_source *source, int64_t duration_us, int64_t *pts_us)
{
    int64_t start_us = mr_clock_now_us(), first_us = next(source).pts_us, now_us;
    *pts_us = first_us;
    do {
        int64_t pts = next(source).pts_us;
        assert_true(pts >= *pts_us);
        *pts_us = pts;
        now_us = mr_clock_now_us();
    } while (now_us - start_us < duration_us);
    return (double)(*pts_us - first_us) / (double)(now_us - start_us);
}

static void clocks_may_jump(void **state)
{
    (void)state;
    int64_t pts_us;
    camera = camera_start(transport_stream(H264("320x240", "")), 40000);
    struct mr_source *source = open_source("tcp");
    double share = run_for(source, 3500000, &pts_us); /* it begins again on the way */
    assert_true(share > 0.6 && share < 1.4);
    int64_t before_us = pts_us, start_us = mr_clock_now_us();
    camera_replace(camera, transport_stream(H264("320x240", "-output_ts_offset 80000")));
    share = run_for(source, 3000000, &pts_us);
    assert_true(share > 0.6 && share < 1.5);
    double all = (double)(pts_us - before_us) / (double)(mr_clock_now_us() - start_us);
    assert_true(all > 0.6 && all < 1.5);
    mr_source_close(source);
    camera_stop(camera);
}

static void size_and_format_may_change(void **state)
{
    (void)state;
    camera = camera_start(transport_stream(H264("320x240", "")), 10000);
    struct mr_source *source = open_source("tcp");
    int64_t deadline_us = mr_clock_now_us() + 10000000;
    assert_int_equal(next(source).frame->width, 320);
    camera_replace(camera, transport_stream(H264("192x108", "")));
    while (next(source).frame->width != 192)
        assert_true(mr_clock_now_us() < deadline_us);
    mr_source_close(source);
    camera_stop(camera);
}

RUN_TESTS(cmocka_unit_test(goes_on_at_a_key_frame),
          cmocka_unit_test(says_when_nothing_comes_to_throw_away),
          cmocka_unit_test(clocks_may_jump), cmocka_unit_test(size_and_format_may_change))

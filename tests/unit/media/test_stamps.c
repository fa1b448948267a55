/* The times of a file's frames: gaps stay, single wrong stamps do not show. */
#include "media/source/source.h"

#include "support/check.h"
#include "support/clip.h"

#include <stdlib.h>

/* Read all frames. return: how many there were; their times are in `pts_us` */
static int read_times(const char *path, int64_t *pts_us, int max)
{
    struct mr_source *source;
    struct mr_decoded decoded;
    struct mr_error error;
    int count = 0;
    if (mr_source_open(&(struct mr_source_options){ .url = path }, &source, &error) < 0)
        fail_msg("%s", error.text);
    while (count < max && mr_source_read(source, &decoded, &error) == 0)
        pts_us[count++] = decoded.pts_us;
    mr_source_close(source);
    return count;
}

static void slides_are_far_apart(void **state)
{
    (void)state;
    static const char *const names[] = { "slides.mp4", "slides.mkv", "slides.gif" };
    for (int i = 0; i < 3; i++) {
        char path[CLIP_PATH];
        int64_t pts_us[8];
        clip_path(names[i], path);
        clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=1/15 -frames:v 4 %s", path);
        assert_int_equal(read_times(path, pts_us, 8), 4);
        for (int n = 0; n < 4; n++)
            assert_int_equal(pts_us[n], n * 15000000LL);
    }
}

/* The screen stands still for 25 s, then goes on. */
static void a_gap_stays(void **state)
{
    (void)state;
    char plain[CLIP_PATH], path[CLIP_PATH];
    int64_t pts_us[16];
    clip_path("plain.mkv", plain);
    clip_path("gap.mkv", path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=10 -frames:v 10 -c:v mjpeg %s", plain);
    clip_ffmpeg("-i %s -c copy -bsf:v 'setts=ts=TS+gte(N\\,5)*25/TB' %s", plain, path);
    assert_int_equal(read_times(path, pts_us, 16), 10);
    assert_int_equal(pts_us[4], 400000);
    assert_int_equal(pts_us[5], 25500000);
    assert_int_equal(pts_us[9], 25900000);
}

static void a_single_wrong_stamp_does_not_show(void **state)
{
    (void)state;
    static const char *const codecs[] = { "mjpeg", "libx264 -bf 0" };
    for (int i = 0; i < 2; i++) {
        char plain[CLIP_PATH], path[CLIP_PATH];
        int64_t pts_us[16];
        clip_path("plain.mkv", plain);
        clip_path("wrong.mkv", path);
        clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=10 -frames:v 10 -c:v %s %s", codecs[i],
                    plain);
        clip_ffmpeg("-i %s -c copy -bsf:v 'setts=pts=PTS+eq(N\\,5)*25/TB' %s", plain, path);
        assert_int_equal(read_times(path, pts_us, 16), 10);
        for (int n = 0; n < 10; n++)
            assert_true(llabs(pts_us[n] - n * 100000) <= 1000);
    }
}

RUN_TESTS(cmocka_unit_test(slides_are_far_apart), cmocka_unit_test(a_gap_stays),
          cmocka_unit_test(a_single_wrong_stamp_does_not_show))

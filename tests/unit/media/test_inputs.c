/* What an input is asked for: formats, sizes, rates, options; pictures as videos. */
#include "media/source/source.h"

#include "media/source/decoder_threads.h"
#include "media/source/protocols.h"
#include "support/check.h"
#include "support/clip.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/cpu.h>
#include <libavutil/frame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WISH(...)                                                                                  \
    &(struct mr_input_options)                                                                     \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define OPTIONS(...)                                                                               \
    .option = (const char *const[]){ __VA_ARGS__ },                                                \
    .option_count = sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)

static int try_open(const char *url, const struct mr_input_options *wish, bool loop,
                    struct mr_source **source, struct mr_error *error)
{
    struct mr_source_options options = { .url = url, .loop = loop, .input = *wish };
    *error = (struct mr_error){ 0 };
    return mr_source_open(&options, source, error);
}

static struct mr_source *open_wished(const char *url, const struct mr_input_options *wish,
                                     bool loop)
{
    struct mr_source *source;
    struct mr_error error;
    if (try_open(url, wish, loop, &source, &error) != 0)
        fail_msg("%s", error.text);
    return source;
}

static void check_refused(const char *url, const struct mr_input_options *wish, int code,
                          const char *words)
{
    struct mr_source *source;
    struct mr_error error;
    int result = try_open(url, wish, false, &source, &error);
    if (result != code || strstr(error.text, words) == NULL)
        fail_msg("%s: %d, not %d: %s", url, result, code, error.text);
    assert_null(source);
}

/* The clip's path, made with these arguments. */
static const char *make(const char *name, const char *arguments)
{
    static char paths[4][CLIP_PATH];
    static unsigned next;
    char *path = paths[next++ % 4];
    clip_path(name, path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=10 %s %s", arguments, path);
    return path;
}

/* Read `count` frames that are `step_us` apart. end: whether that is all of them */
static void check_frames(struct mr_source *source, int count, int64_t step_us, bool end)
{
    struct mr_decoded decoded;
    struct mr_error error = { 0 };
    for (int i = 0; i < count; i++) {
        if (mr_source_read(source, &decoded, &error) != 0)
            fail_msg("frame %d: %s", i, error.text);
        assert_int_equal(decoded.pts_us, i * step_us);
        assert_true(decoded.frame->width > 0);
    }
    if (end)
        assert_int_equal(mr_source_read(source, &decoded, &error), 1);
    mr_source_close(source);
}

static void refuses_what_makes_no_sense(void **state)
{
    (void)state;
    const char *clip = make("a.mp4", "-frames:v 3");
    check_refused(clip, WISH(.format = "nope"), -EINVAL,
                  "input format \"nope\": FFmpeg has no such format");
    check_refused("test:", WISH(.format = "mpegts"), -EINVAL, "\"test:\" is made here");
    check_refused("/dev/video-nope", WISH(.format = "yuyv"), -EINVAL,
                  "input format \"yuyv\" is not FFmpeg's name of a pixel format or a codec");
    check_refused(clip, WISH(.size = { 640, 0 }), -EINVAL, "the height is missing");
    check_refused(clip, WISH(.size = { 640, 480 }), -EINVAL, "input size 640x480: \"");
    check_refused("test:64x48", WISH(.size = { 64, 48 }), -EINVAL,
                  "input size 64x48: \"test:64x48\"");
    check_refused(clip, WISH(.fps = 5), -EINVAL, "input fps 5: \"");
    check_refused(clip, WISH(.fps = -1), -EINVAL, "input fps: -1 is not a rate");
    check_refused(clip, WISH(OPTIONS("loop")), -EINVAL, "input option \"loop\" is not KEY=VALUE");
    check_refused(clip, WISH(OPTIONS("=1")), -EINVAL, "input option \"…\" is not KEY=VALUE");
    check_refused(clip, WISH(OPTIONS("probesize=100000", "nope=qjxz")), -EINVAL,
                  "input option \"nope\": FFmpeg has none of that name");
    check_refused(clip, WISH(OPTIONS("rtsp_transport=udp")), -EINVAL,
                  "input option \"rtsp_transport\": nothing that reads \"");
    check_refused(clip, WISH(OPTIONS("probesize=many")), -EINVAL,
                  "input option \"probesize\": FFmpeg does not take that value");
}

static void takes_options_of_demuxer_and_decoder(void **state)
{
    (void)state;
    const char *clip = make("b.mp4", "-frames:v 20 -c:v libx264 -g 5");
    check_frames(open_wished(clip, WISH(OPTIONS("skip_frame=nokey")), false), 4, 500000, true);
    check_frames(open_wished(clip, WISH(.format = "mov", OPTIONS("probesize=50000")), false), 20,
                 100000, true);
    /* copied: a second time round, the caller's are long gone */
    char format[] = "mov", option[] = "skip_frame=nokey";
    struct mr_source *source = open_wished(clip, WISH(.format = format, OPTIONS(option)), true);
    memset(format, 'x', sizeof(format) - 1);
    memset(option, 'x', sizeof(option) - 1);
    struct mr_decoded decoded;
    for (int i = 0; i < 9; i++)
        assert_int_equal(mr_source_read(source, &decoded, NULL), 0);
    mr_source_close(source);
}

static void reads_raw_video(void **state)
{
    (void)state;
    const char *clip = make("raw.bin", "-frames:v 6 -f rawvideo -pix_fmt yuyv422");
    struct mr_source *source = open_wished(
        clip,
        WISH(.format = "rawvideo", .size = { 64, 48 }, .fps = 20, OPTIONS("pixel_format=yuyv422")),
        false);
    assert_int_equal(mr_source_info(source)->width, 64);
    assert_float_equal(mr_source_info(source)->fps, 20, 0.01);
    check_frames(source, 6, 50000, true);
    check_refused(clip, WISH(.format = "rawvideo"), -EINVAL, "give the input size");
}

static void plays_rows_of_pictures(void **state)
{
    (void)state;
    const char *names[] = { "n%03d.png", "g%03d.jpg" };
    make("n%03d.png", "-frames:v 5 -start_number 137");
    make("g%03d.jpg", "-frames:v 5");
    char pattern[CLIP_PATH];
    clip_path(names[0], pattern);
    check_frames(open_wished(pattern, WISH(0), false), 5, 40000, true);
    check_frames(open_wished(pattern, WISH(.fps = 10), false), 5, 100000, true);
    check_frames(open_wished(pattern, WISH(OPTIONS("start_number=140")), false), 2, 40000, true);
    check_frames(open_wished(pattern, WISH(0), true), 12, 40000, false);
    clip_path("g*.jpg", pattern);
    check_frames(open_wished(pattern, WISH(.fps = 5), false), 5, 200000, true);
    clip_path("nope%d.png", pattern);
    check_refused(pattern, WISH(0), -ENOENT, "no file matches \"");
    clip_path("nope*.png", pattern);
    check_refused(pattern, WISH(0), -ENOENT, "no file matches \"");
}

/* Copy the picture that is `number` of a row to `name`. */
static void copy(int number, const char *name)
{
    char from[CLIP_PATH], to[CLIP_PATH], command[3 * CLIP_PATH];
    clip_path("sides?.png", from);
    clip_path(name, to);
    snprintf(command, sizeof(command), "cp '%.*s%d.png' '%s'",
             (int)(strlen(from) - strlen("?.png")), from, number, to);
    assert_int_equal(system(command), 0);
}

/* Read the row and compare the pictures' widths, which are 64, 80, … pixels. */
static void check_row(const char *pattern, const int *numbers, int count, uint64_t damaged)
{
    char path[CLIP_PATH];
    struct mr_decoded decoded;
    struct mr_error error;
    clip_path(pattern, path);
    struct mr_source *source = open_wished(path, WISH(0), false);
    for (int i = 0; i < count; i++) {
        if (mr_source_read(source, &decoded, &error) != 0)
            fail_msg("%s: picture %d: %s", pattern, i, error.text);
        assert_int_equal(decoded.frame->width, 64 + 16 * numbers[i]);
        assert_in_range(decoded.pts_us, (uint64_t)i * 40000, (uint64_t)(i + 1) * 40000);
    }
    assert_int_equal(mr_source_read(source, &decoded, &error), 1);
    assert_int_equal(mr_source_damaged(source), damaged);
    mr_source_close(source);
}

/* Names in the order of their numbers; what cannot be read is left out. */
static void rows_have_holes_and_damage(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "sides%d.png", i);
        char clip[CLIP_PATH];
        clip_path(path, clip);
        clip_ffmpeg("-f lavfi -i testsrc2=size=%dx48:rate=1 -frames:v 1 -update 1 %s", 64 + 16 * i,
                    clip);
    }
    copy(0, "r1.png");
    copy(1, "r2.png");
    copy(2, "r12.png");
    copy(3, "r100.png");
    static const int all[] = { 0, 1, 2, 3 };
    check_row("r%d.png", all, 4, 0);
    check_row("r*.png", all, 4, 0);

    clip_path("r3.png", path); /* empty */
    assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
    clip_path("r4.png", path); /* dangling */
    assert_int_equal(symlink("nowhere.png", path), 0);
    copy(3, "r5.png"); /* half of it is there */
    clip_path("r5.png", path);
    assert_int_equal(truncate(path, 60), 0);
    check_row("r%d.png", all, 4, 3);
    check_row("r*.png", all, 4, 3);

    clip_path("r1.png", path); /* the first one, too */
    assert_int_equal(truncate(path, 0), 0);
    check_row("r%d.png", all + 1, 3, 4);
}

/* One frame; looping, the same again each second, without being decoded. */
static void check_still(const char *path, int64_t step_us, const struct mr_input_options *wish)
{
    struct mr_source *source = open_wished(path, wish, false);
    assert_false(mr_source_info(source)->live);
    check_frames(source, 1, 0, true);
    source = open_wished(path, wish, true);
    struct mr_decoded decoded;
    const uint8_t *pixels = NULL;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(mr_source_read(source, &decoded, NULL), 0);
        assert_int_equal(decoded.pts_us, i * step_us);
        assert_true(pixels == NULL || pixels == decoded.frame->data[0]);
        pixels = decoded.frame->data[0];
    }
    mr_source_close(source);
}

static void plays_stills(void **state)
{
    (void)state;
    check_still(make("s.png", "-frames:v 1"), 1000000, WISH(0));
    check_still(make("s.jpg", "-frames:v 1"), 1000000, WISH(0));
    check_still(make("s.bmp", "-frames:v 1"), 1000000, WISH(0));
    check_still(make("s.webp", "-frames:v 1"), 1000000, WISH(0));
    check_still(make("s.png", "-frames:v 1"), 200000, WISH(.fps = 5));
    /* what happens to be one frame: after its own time, once a second */
    struct mr_source *source = open_wished(make("one.mp4", "-frames:v 1"), WISH(0), true);
    struct mr_decoded decoded;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(mr_source_read(source, &decoded, NULL), 0);
        assert_int_equal(decoded.pts_us, i == 0 ? 0 : (i - 1) * 1000000 + 100000);
    }
    mr_source_close(source);
}

/* A JPEG that nobody decodes is read again each time, which costs nothing. */
static void plays_a_still_that_is_left_as_it_is(void **state)
{
    (void)state;
    struct mr_source_options options = { .url = make("s.jpg", "-frames:v 1 -pix_fmt yuvj420p"),
                                         .loop = true,
                                         .leave_jpeg = true };
    struct mr_source *source;
    struct mr_decoded decoded;
    struct mr_error error = { 0 };
    assert_int_equal(mr_source_open(&options, &source, NULL), 0);
    for (int i = 0; i < 4; i++) {
        if (mr_source_read(source, &decoded, &error) != 0)
            fail_msg("%s", error.text);
        assert_int_equal(decoded.pts_us, i * 1000000);
        assert_non_null(decoded.jpeg);
    }
    mr_source_close(source);
}

static void keeps_the_time_of_animations(void **state)
{
    (void)state;
    check_frames(open_wished(make("a.gif", "-frames:v 6"), WISH(0), true), 15, 100000, false);
    check_frames(open_wished(make("a.apng", "-frames:v 6 -plays 0"), WISH(0), true), 15, 100000,
                 false);
    check_refused(make("a.webp", "-frames:v 6"), WISH(0), -ENOTSUP, "is an animated WebP");
}

static void check_protocols(const char *url, const char *list)
{
    char made[MR_PROTOCOLS_MAX];
    mr_protocols_of(url, made);
    assert_string_equal(made, list);
}

static void bounds_what_an_input_opens(void **state)
{
    (void)state;
    static const char web[] = "http,https,httpproxy,tcp,tls,crypto,data";
    check_protocols("/a/b.m3u8", "file,crypto,data");
    check_protocols("file:a:b", "file,crypto,data");
    check_protocols("a+b/c.m3u8", "file,crypto,data");
    check_protocols("http://host/a", web);
    check_protocols("HTTPS://host/a", web);
    check_protocols("rtsp://host/a", "rtp,srtp,udp,tcp,tls,http,https,httpproxy");
    check_protocols("udp://@:1234", "udp");
    check_protocols("sftp://host/a", "sftp,tcp,tls,crypto,data");
    check_protocols("async:http://host/a", "async,http,https,httpproxy,tcp,tls,crypto,data");
    check_protocols("concat:a.ts|b.ts", "concat,file,crypto,data");
    check_protocols("subfile,,start,0,end,9,,:a.ts", "subfile,file,crypto,data");
    char many[4096] = "";
    for (int i = 0; i < 500; i++)
        strcat(many, "async:");
    mr_protocols_of(many, (char[MR_PROTOCOLS_MAX]){ 0 });
}

static void shares_the_cores(void **state)
{
    (void)state;
    bool large[40], small;
    int cores = av_cpu_count(), total = 0;
    assert_int_equal(mr_decoder_threads_take(1280, 720, &small), 1);
    assert_false(small);
    for (int i = 0; i < 40; i++) {
        int threads = mr_decoder_threads_take(1920, 1080, &large[i]);
        assert_true(large[i]);
        assert_in_range(threads, 1, cores);
        total += threads;
    }
    assert_in_range(total, 40, 40 + 5 * cores);
    for (int i = 0; i < 40; i++)
        mr_decoder_threads_release(&large[i]);
    mr_decoder_threads_release(&large[0]); /* it has none any more */
    assert_int_equal(mr_decoder_threads_take(3840, 2160, &large[0]), cores < 16 ? cores : 16);
    mr_decoder_threads_release(&large[0]);
}

RUN_TESTS(cmocka_unit_test(refuses_what_makes_no_sense),
          cmocka_unit_test(takes_options_of_demuxer_and_decoder), cmocka_unit_test(reads_raw_video),
          cmocka_unit_test(plays_rows_of_pictures), cmocka_unit_test(rows_have_holes_and_damage),
          cmocka_unit_test(plays_stills), cmocka_unit_test(plays_a_still_that_is_left_as_it_is),
          cmocka_unit_test(keeps_the_time_of_animations),
          cmocka_unit_test(bounds_what_an_input_opens), cmocka_unit_test(shares_the_cores))

/* Still pictures that change: newer ones are shown, damaged ones are not. */
#include "media/source/source.h"

#include "base/clock.h"
#include "base/file.h"
#include "media/jpeg/jpeg_header.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/web.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define POLL_US 20000
#define SIDES   3 /* pictures of 64, 80 and 96 pixels, which are told apart by that */

static char folder[CLIP_PATH];
static struct mr_source *source;
static struct mr_decoded decoded;
static struct mr_error error;

static int side(int number)
{
    return 64 + 16 * number;
}

static const char *path_of(const char *name)
{
    static char paths[4][CLIP_PATH + 64];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

/* The bytes of picture `number` as "jpg" or "png". */
static struct mr_buffer picture(int number, const char *ending)
{
    char name[32];
    struct mr_buffer bytes = { 0 };
    snprintf(name, sizeof(name), "made%d.%s", number, ending);
    clip_ffmpeg("-f lavfi -i testsrc2=size=%dx48:rate=1 -frames:v 1 -update 1 %s %s", side(number),
                strcmp(ending, "jpg") == 0 ? "-pix_fmt yuvj420p" : "", path_of(name));
    assert_int_equal(mr_file_read(path_of(name), 1000000, &bytes), 0);
    return bytes;
}

static void write_in_place(const char *name, const struct mr_buffer *bytes, size_t size)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, size, file), size);
    fclose(file);
}

static int set_up(void **state)
{
    (void)state;
    clip_path("stills-XXXXXX", folder);
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    char command[CLIP_PATH + 16];
    mr_source_close(source);
    source = NULL;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    return system(command);
}

static void open_still(const char *url, bool leave_jpeg)
{
    const struct mr_source_options options = {
        .url = url, .loop = true, .poll_us = POLL_US, .leave_jpeg = leave_jpeg
    };
    if (mr_source_open(&options, &source, &error) < 0)
        fail_msg("%s", error.text);
    assert_true(mr_source_info(source)->still);
    assert_float_equal(mr_source_info(source)->fps, 1e6 / POLL_US, 0.01);
}

/* Every frame is a whole picture. return: the number of the one that came */
static int read_one(void)
{
    if (mr_source_read(source, &decoded, &error) != 0)
        fail_msg("%s", error.text);
    for (int number = 0; number < SIDES; number++)
        if (decoded.frame->width == side(number))
            return number;
    fail_msg("a picture %d pixels wide", decoded.frame->width);
    return -1;
}

static void read_until(int number)
{
    int64_t deadline_us = mr_clock_now_us() + HANGS_US;
    while (read_one() != number)
        assert_true(mr_clock_now_us() < deadline_us);
}

static void read_until_damaged(uint64_t more, int number)
{
    int64_t deadline_us = mr_clock_now_us() + HANGS_US;
    uint64_t wanted = mr_source_damaged(source) + more;
    while (mr_source_damaged(source) < wanted) {
        assert_int_equal(read_one(), number);
        assert_true(mr_clock_now_us() < deadline_us);
    }
}

/* in: url: of what the file `name` holds */
static void check_changes(const char *url, const char *name, const char *ending, bool leave_jpeg)
{
    struct mr_buffer pictures[SIDES];
    char address[CLIP_PATH + 64];
    snprintf(address, sizeof(address), "%s", url);
    for (int i = 0; i < SIDES; i++)
        pictures[i] = picture(i, ending);
    write_in_place(name, &pictures[0], pictures[0].size);
    open_still(address, leave_jpeg);
    assert_int_equal(read_one(), 0);
    assert_int_equal(read_one(), 0);

    write_in_place("next", &pictures[1],
                   pictures[1].size); /* as editors and cameras replace a file */
    assert_int_equal(rename(path_of("next"), path_of(name)), 0);
    read_until(1);

    write_in_place(name, &pictures[2], pictures[2].size / 2); /* half a picture, then the rest */
    read_until_damaged(1, 1);
    write_in_place(name, &pictures[2], pictures[2].size);
    read_until(2);
    uint64_t damaged = mr_source_damaged(source);
    for (int i = 0; i < 10; i++)
        assert_int_equal(read_one(), 2);
    assert_int_equal(mr_source_damaged(source), damaged);
    for (int i = 0; i < SIDES; i++)
        mr_buffer_finish(&pictures[i]);
}

static void a_jpeg_file_that_changes(void **state)
{
    (void)state;
    check_changes(path_of("a.jpg"), "a.jpg", "jpg", true);
}

static void a_jpeg_file_that_ffmpeg_decodes(void **state)
{
    (void)state;
    check_changes(path_of("a.jpg"), "a.jpg", "jpg", false);
}

static void a_png_file_that_changes(void **state)
{
    (void)state;
    check_changes(path_of("a.png"), "a.png", "png", true);
}

static void pictures_over_http(void **state)
{
    static const char *const endings[] = { "jpg", "png" };
    for (int i = 0; i < 2; i++) {
        char url[64], name[16];
        struct web *web = web_start(&(struct web_options){ .folder = folder });
        snprintf(name, sizeof(name), "a.%s", endings[i]);
        snprintf(url, sizeof(url), "http://127.0.0.1:%d/%s", web_port(web), name);
        check_changes(url, name, endings[i], true);
        mr_source_close(source);
        source = NULL;
        web_stop(web);
    }
    (void)state;
}

static void a_file_that_vanishes_comes_back(void **state)
{
    (void)state;
    struct mr_buffer first = picture(0, "png"), second = picture(1, "png");
    write_in_place("a.png", &first, first.size);
    open_still(path_of("a.png"), true);
    assert_int_equal(read_one(), 0);
    assert_int_equal(unlink(path_of("a.png")), 0);
    read_until_damaged(2, 0);
    write_in_place("a.png", &second, second.size);
    read_until(1);
    mr_buffer_finish(&first);
    mr_buffer_finish(&second);
}

/* A server that is gone is another matter: the stream is lost. */
static void a_server_that_is_gone_is_an_error(void **state)
{
    (void)state;
    char url[64];
    struct mr_buffer bytes = picture(0, "png");
    struct web *web = web_start(&(struct web_options){ .folder = folder });
    write_in_place("a.png", &bytes, bytes.size);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/a.png", web_port(web));
    open_still(url, true);
    assert_int_equal(read_one(), 0);
    web_stop(web);
    int64_t deadline_us = mr_clock_now_us() + HANGS_US;
    while (mr_source_read(source, &decoded, &error) == 0)
        assert_true(mr_clock_now_us() < deadline_us);
    assert_int_equal(error.code, -ECONNREFUSED);
    mr_buffer_finish(&bytes);
}

/* A file of many pictures is a video, of one a still picture, whatever FFmpeg calls it. */
static void files_of_many_pictures_are_videos(void **state)
{
    (void)state;
    static const struct {
        const char *name, *arguments;
        double wished_fps, fps;
    } cases[] = {
        { "v.mjpeg", "-c:v mjpeg -f mjpeg", 0, 25 },  { "v.mjpeg", "-c:v mjpeg -f mjpeg", 12, 12 },
        { "v.png", "-c:v png -f image2pipe", 0, 25 }, { "v.h264", "-c:v libx264 -f h264", 0, 10 },
        { "v.h264", "-c:v libx264 -f h264", 40, 40 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=10 -frames:v 6 %s %s", cases[i].arguments,
                    path_of(cases[i].name));
        const struct mr_source_options options = { .url = path_of(cases[i].name),
                                                   .input.fps = cases[i].wished_fps };
        if (mr_source_open(&options, &source, &error) < 0)
            fail_msg("%s", error.text);
        assert_false(mr_source_info(source)->still);
        assert_float_equal(mr_source_info(source)->fps, cases[i].fps, 0.01);
        for (int n = 0; n < 6; n++) {
            assert_int_equal(mr_source_read(source, &decoded, &error), 0);
            assert_in_range(decoded.pts_us, (uint64_t)(n * 1e6 / cases[i].fps) - (n > 0),
                            (uint64_t)(n * 1e6 / cases[i].fps) + 1);
        }
        assert_int_equal(mr_source_read(source, &decoded, &error), 1);
        mr_source_close(source);
        source = NULL;
    }
}

/* Of a truncated picture only the part that is there would be shown, above grey or green. */
static void half_pictures_are_damage(void **state)
{
    (void)state;
    struct mr_buffer whole = picture(0, "jpg"), all = { 0 };
    mr_buffer_append(&all, whole.data, whole.size);
    mr_buffer_append(&all, whole.data, whole.size / 2);
    mr_buffer_append(&all, whole.data,
                     whole.size - 2); /* without the end marker: it is all there */
    mr_buffer_append(&all, whole.data, whole.size);
    write_in_place("v.mjpeg", &all, all.size);
    for (int leave_jpeg = 0; leave_jpeg < 2; leave_jpeg++) {
        const struct mr_source_options options = { .url = path_of("v.mjpeg"),
                                                   .leave_jpeg = leave_jpeg };
        int frames = 0;
        assert_int_equal(mr_source_open(&options, &source, &error), 0);
        while (mr_source_read(source, &decoded, &error) == 0)
            frames++;
        assert_int_equal(frames, 3);
        assert_int_equal(mr_source_damaged(source), 1);
        mr_source_close(source);
        source = NULL;
    }
    mr_buffer_finish(&whole);
    mr_buffer_finish(&all);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

RUN_TESTS(TEST(a_jpeg_file_that_changes), TEST(a_jpeg_file_that_ffmpeg_decodes),
          TEST(a_png_file_that_changes), TEST(pictures_over_http),
          TEST(a_file_that_vanishes_comes_back), TEST(a_server_that_is_gone_is_an_error),
          TEST(files_of_many_pictures_are_videos), TEST(half_pictures_are_damage))

/* A V4L2 camera, played by a library that is loaded before all others (support/v4l2). */
#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/command.h"
#include "support/fetch.h"
#include "support/host.h"
#include "support/picture_compare.h"

#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_MS 30000
#define DEVICE   "/dev/video4000"

#define RED(size) "-f lavfi -i color=red:size=" size " -frames:v 3 -pix_fmt yuyv422 -f rawvideo %s"

/* Red in YUYV, 320x240 and 1280x720; blue in MJPEG. */
static void plug_in(void)
{
    char small[CLIP_PATH], large[CLIP_PATH], jpegs[CLIP_PATH], modes[5 * CLIP_PATH];
    clip_path("small.yuyv", small);
    clip_path("large.yuyv", large);
    clip_path("blue.mjpeg", jpegs);
    clip_ffmpeg(RED("320x240"), small);
    clip_ffmpeg(RED("1280x720"), large);
    clip_ffmpeg("-f lavfi -i color=blue:size=640x360 -frames:v 3 -q:v 2 -f mjpeg %s", jpegs);
    snprintf(modes, sizeof(modes),
             "yuyv:320x240@30=%s;yuyv:320x240@15=%s;yuyv:1280x720@10=%s;mjpeg:640x360@30=%s", small,
             small, large, jpegs);
    setenv("CAMERA_DEVICE", DEVICE, 1);
    setenv("CAMERA_MODES", modes, 1);
}

/* Run it on the camera, saving its pictures. options: pairs of words, ended by NULL */
static void look(struct command *run, const char *folder, const char *const options[])
{
    const char *argv[32] = { TEST_BINARY, "--headless", "--frames",
                             "8",         "--script",   TEST_SOURCE_DIR "/lua/dummy.lua",
                             "--jsonl",   "-",          "--quality",
                             "95",        "--save",     folder };
    int count = 12;
    while (*options != NULL)
        argv[count++] = *options++;
    argv[count] = DEVICE;
    setenv("LD_PRELOAD", TEST_V4L2_CAMERA, 1);
    command_run(run, argv, LIMIT_MS);
    unsetenv("LD_PRELOAD");
}

#define LOOK(run, folder, ...) look(run, folder, (const char *const[]){ __VA_ARGS__, NULL })

static void assert_says(const struct mr_buffer *text, const char *words)
{
    if (text->size == 0 || strstr((const char *)text->data, words) == NULL)
        fail_msg("no \"%s\" in %s", words, text->size > 0 ? (const char *)text->data : "");
}

/* Each channel within 4 of what it should be. */
static void check_colour(const char *folder, unsigned wanted)
{
    char path[CLIP_PATH + 16];
    snprintf(path, sizeof(path), "%s/000007.jpg", folder);
    struct rgb_picture picture = rgb_from_jpeg_file(path);
    unsigned got = rgb_at(&picture, picture.width / 2, picture.height / 2);
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(got >> shift & 255) - (int)(wanted >> shift & 255)) > 4)
            fail_msg("a pixel is %06x, not %06x", got, wanted);
    rgb_free(&picture);
}

static void check_camera(const char *words, const char *size, unsigned colour,
                         const char *const options[])
{
    struct command run;
    char folder[CLIP_PATH];
    clip_path("saved", folder);
    look(&run, folder, options);
    if (run.status != 0)
        fail_msg("%d: %s", run.status, (char *)run.err.data);
    assert_says(&run.err, words);
    assert_says(&run.out, size);
    check_colour(folder, colour);
    command_finish(&run);
}

#define CHECK(words, size, colour, ...)                                                            \
    check_camera(words, size, colour, (const char *const[]){ __VA_ARGS__, NULL })

static void gives_what_it_is_asked_for(void **state)
{
    (void)state;
    CHECK("rawvideo 320x240, 30 fps, live", "\"width\":320,\"height\":240", 0xff0000, "-n", "live");
    CHECK("rawvideo 320x240, 15 fps, live", "\"width\":320,\"height\":240", 0xff0000, "--input-fps",
          "15");
    CHECK("rawvideo 1280x720, 10 fps, live", "\"width\":1280,\"height\":720", 0xff0000,
          "--input-size", "1280x720", "--input-format", "yuyv422");
    CHECK("mjpeg 640x360, 30 fps, live", "\"width\":640,\"height\":360", 0x0000ff, "--input-format",
          "mjpeg");
}

/* Eight pictures at 15 a second are seven steps of 67 ms. */
static void comes_at_the_rate_it_is_asked_for(void **state)
{
    (void)state;
    struct command run;
    char folder[CLIP_PATH];
    clip_path("saved", folder);
    LOOK(&run, folder, "--input-fps", "15");
    const char *last = strstr((char *)run.out.data, "\"seq\":7,\"pts_us\":");
    assert_non_null(last);
    long pts_us = atol(last + strlen("\"seq\":7,\"pts_us\":"));
    assert_true(pts_us > 400000);
    command_finish(&run);
}

static void says_what_it_does_not_have(void **state)
{
    (void)state;
    CHECK("warn  media: \"" DEVICE "\" gives pictures of 320x240, it has none of 300x200",
          "\"width\":320,\"height\":240", 0xff0000, "--input-size", "300x200");
    CHECK("gives 30 pictures a second, not 60", "\"width\":640,\"height\":360", 0x0000ff,
          "--input-fps", "60", "--input-format", "mjpeg");
    CHECK("gives pictures in yuyv422, it has none in nv12", "\"width\":320,\"height\":240",
          0xff0000, "--input-format", "nv12");
    struct command run;
    char folder[CLIP_PATH];
    clip_path("saved", folder);
    LOOK(&run, folder, "--input-format", "h264");
    assert_int_equal(run.status, 1);
    assert_says(&run.err, "the camera \"" DEVICE "\" has no pictures in the format \"h264\"");
    command_finish(&run);
}

static void put_flag(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

/* Ask the API until it says so. */
static void await(const struct host *host, const char *words, int64_t limit_us)
{
    int64_t deadline_us = mr_clock_now_us() + limit_us;
    for (bool said = false; !said;) {
        struct fetched fetched;
        assert_int_equal(fetch(host->port, "GET /api/streams/live", &fetched), 200);
        said = strstr((char *)fetched.body.data, words) != NULL;
        if (!said && mr_clock_now_us() > deadline_us)
            fail_msg("no %s in %s", words, (char *)fetched.body.data);
        fetched_finish(&fetched);
        poll(NULL, 0, 20); /* not a wait for it, but a rest for the server */
    }
}

static void comes_back_when_it_is_plugged_in_again(void **state)
{
    (void)state;
    struct host host;
    struct fetched fetched;
    char flag[CLIP_PATH];
    clip_path("gone", flag);
    setenv("CAMERA_GONE", flag, 1);
    setenv("LD_PRELOAD", TEST_V4L2_CAMERA, 1);
    bool listens = host_start(&host, (const char *const[]){ "--always", "--script",
                                                            TEST_SOURCE_DIR "/lua/dummy.lua",
                                                            "--input-fps", "15", DEVICE, NULL });
    unsetenv("LD_PRELOAD");
    assert_true(listens);
    for (int i = 0; i < 2; i++) {
        await(&host, "\"phase\":\"running\"", 5000000);
        assert_int_equal(fetch(host.port, "GET /snapshot/live.jpg", &fetched), 200);
        fetched_finish(&fetched);
        put_flag(flag);
        await(&host, "\"phase\":\"lost\"", 5000000);
        await(&host, "cannot open the source: No such", 5000000); /* it was tried again */
        unlink(flag);
    }
    await(&host, "\"phase\":\"running\"", 6000000);
    assert_int_equal(host_stop(&host, SIGTERM, HANGS_US), 0);
    unsetenv("CAMERA_GONE");
}

static int set_up(void **state)
{
    (void)state;
    plug_in();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gives_what_it_is_asked_for),
                                        cmocka_unit_test(comes_at_the_rate_it_is_asked_for),
                                        cmocka_unit_test(says_what_it_does_not_have),
                                        cmocka_unit_test(comes_back_when_it_is_plugged_in_again) };
    return cmocka_run_group_tests(tests, set_up, NULL);
}

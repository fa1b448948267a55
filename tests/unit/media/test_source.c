/* Sources that play: how many frames, when, how they lie. */
#include "media/source/source.h"

#include "base/clock.h"
#include "support/check.h"
#include "support/clip.h"

#include <fcntl.h>
#include <libavutil/frame.h>
#include <string.h>
#include <unistd.h>

static struct mr_source *open_source(const char *url, bool loop)
{
    struct mr_source_options options = { .url = url, .loop = loop };
    struct mr_source *source;
    struct mr_error error = { 0 };
    if (mr_source_open(&options, &source, &error) != 0)
        fail_msg("%s", error.text);
    assert_non_null(source);
    return source;
}

static void read_frame(struct mr_source *source, struct mr_decoded *decoded)
{
    struct mr_error error = { 0 };
    int result = mr_source_read(source, decoded, &error);
    if (result != 0)
        fail_msg("%d: %s", result, error.text);
}

/* Read to the end, `step_us` between frames (0: any).
 * return: the number of frames */
static int count_frames(struct mr_source *source, int64_t step_us)
{
    struct mr_decoded decoded;
    struct mr_error error = { 0 };
    int64_t last_us = -step_us;
    int frames = 0, result;
    while ((result = mr_source_read(source, &decoded, &error)) == 0) {
        frames++;
        assert_true(decoded.pts_us >= last_us);
        if (step_us > 0)
            assert_in_range(decoded.pts_us - last_us, step_us - 1, step_us + 1);
        last_us = decoded.pts_us;
    }
    if (result < 0)
        fail_msg("%s", error.text);
    assert_int_equal(mr_source_read(source, &decoded, &error), 1); /* stays at its end */
    return frames;
}

/* The limit on waiting is for what others send; a stream reads a file as slowly as it is played. */
static void a_file_waits_for_its_reader(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    clip_shared("cars.mp4", path);
    struct mr_source_options options = { .url = path, .stall_us = 50000 };
    struct mr_source *source;
    struct mr_decoded decoded;
    struct mr_error error = { 0 };
    if (mr_source_open(&options, &source, &error) != 0)
        fail_msg("%s", error.text);
    read_frame(source, &decoded);
    for (int64_t until_us = mr_clock_now_us() + 60000; mr_clock_now_us() < until_us;)
        usleep(10000); /* a slow reader */
    read_frame(source, &decoded);
    mr_source_close(source);
}

/* Frame threads hold frames back: none may be forgotten at the end. */
static void gives_every_frame_with_many_threads(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    clip_shared("cars.mp4", path);
    struct mr_source_options options = { .url = path, .threads = 5 };
    struct mr_source *source;
    assert_int_equal(mr_source_open(&options, &source, NULL), 0);
    assert_int_equal(count_frames(source, 80000), 377);
    mr_source_close(source);
}

static void check_shared(const char *name, const char *codec, int width, int height, double fps,
                         int frames, int64_t step_us)
{
    char path[CLIP_PATH];
    clip_shared(name, path);
    struct mr_source *source = open_source(path, false);
    const struct mr_source_info *info = mr_source_info(source);
    assert_string_equal(info->codec, codec);
    assert_int_equal(info->width, width);
    assert_int_equal(info->height, height);
    assert_float_equal(info->fps, fps, 0.01);
    assert_false(info->live);
    assert_int_equal(count_frames(source, step_us), frames);
    assert_int_equal(mr_source_damaged(source), 0);
    mr_source_close(source);
}

static void gives_every_frame_of_the_clips(void **state)
{
    (void)state;
    check_shared("cars.mp4", "h264", 768, 432, 12.5, 377, 80000);
    check_shared("people.mp4", "h264", 768, 432, 10, 1394, 100000);
    check_shared("faces.gif", "gif", 480, 270, 12, 41, 0);
}

/* Through the seam three times: no frame missing, none twice, no jump. */
static void loops_without_a_jump(void **state)
{
    (void)state;
    const struct {
        const char *name, *codec;
    } clips[] = {
        { "b-frames.mp4", "libx264 -bf 3 -g 10" },
        { "b-frames.mkv", "libx264 -bf 3 -g 10" },
        { "mpeg.ts", "mpeg2video -bf 2 -g 6" },
        { "h264.ts", "libx264 -bf 2 -g 6" },
        { "raw.h264", "libx264 -bf 2 -g 6" },
        { "mjpeg.avi", "mjpeg" },
        { "raw.mjpeg", "mjpeg" },
        { "h264.avi", "libx264 -bf 2 -g 6" },
        { "mpeg4.avi", "mpeg4 -g 6" },
        { "mpeg.mpg", "mpeg2video -bf 2 -g 6" },
        { "h264.flv", "libx264 -bf 2 -g 6" },
        { "fragments.mp4", "libx264 -bf 2 -g 6 -movflags frag_keyframe+empty_moov" },
        { "mjpeg.mov", "mjpeg" },
        { "vp8.webm", "libvpx -g 6" },
        { "plain.y4m", "wrapped_avframe" },
    };
    for (size_t i = 0; i < sizeof(clips) / sizeof(*clips); i++) {
        char path[CLIP_PATH];
        clip_path(clips[i].name, path);
        clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=25 -frames:v 20 -threads 1 -pix_fmt "
                    "yuv420p -c:v %s %s",
                    clips[i].codec, path);
        struct mr_source *source = open_source(path, true);
        uint8_t sample[20];
        for (int frame = 0; frame < 70; frame++) {
            struct mr_decoded decoded;
            read_frame(source, &decoded);
            int64_t due_us = frame * INT64_C(40000);
            if (decoded.pts_us < due_us - 1000 || decoded.pts_us > due_us + 1000)
                fail_msg("%s: frame %d at %ld us", clips[i].name, frame, (long)decoded.pts_us);
            uint8_t sum = 0;
            for (int y = 0; y < 48; y++)
                for (int x = 0; x < 64; x++)
                    sum = (uint8_t)(sum * 31 +
                                    decoded.frame->data[0][y * decoded.frame->linesize[0] + x]);
            if (frame < 20)
                sample[frame] = sum;
            else if (sample[frame % 20] != sum)
                fail_msg("%s: frame %d is another one than frame %d", clips[i].name, frame,
                         frame % 20);
        }
        assert_int_equal(mr_source_damaged(source), 0);
        mr_source_close(source);
    }
}

static void loops_what_cannot_seek(void **state)
{
    (void)state;
    struct mr_source *source = open_source("lavfi:testsrc2=size=32x32:rate=10:duration=0.5", true);
    for (int frame = 0; frame < 17; frame++) {
        struct mr_decoded decoded;
        read_frame(source, &decoded);
        assert_int_equal(decoded.pts_us, frame * 100000);
    }
    mr_source_close(source);
}

static void check_pattern(const char *url, int width, int height, int fps)
{
    struct mr_source *source = open_source(url, false);
    const struct mr_source_info *info = mr_source_info(source);
    assert_int_equal(info->width, width);
    assert_int_equal(info->height, height);
    assert_float_equal(info->fps, fps, 0.01);
    assert_false(info->live);
    struct mr_decoded decoded;
    for (int i = 0; i <= fps; i++)
        read_frame(source, &decoded);
    assert_in_range(decoded.pts_us, 999999, 1000001);
    mr_source_close(source);
}

static void makes_test_patterns(void **state)
{
    (void)state;
    check_pattern("test:", 1280, 720, 30);
    check_pattern("test:64x48", 64, 48, 30);
    check_pattern("test:641x361@25", 641, 361, 25);
    check_pattern("lavfi:mandelbrot=size=32x24:rate=12", 32, 24, 12);
}

static void stamps_frames_with_the_wall_clock(void **state)
{
    (void)state;
    struct mr_source *source = open_source("test:64x48", false);
    struct mr_decoded decoded;
    int64_t before_us = mr_clock_wall_us();
    read_frame(source, &decoded);
    assert_in_range(decoded.captured_us, before_us, mr_clock_wall_us());
    mr_source_close(source);
}

static void reads_the_display_matrix(void **state)
{
    (void)state;
    char plain[CLIP_PATH], path[CLIP_PATH];
    clip_path("plain.mp4", plain);
    clip_path("turned.mp4", path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=25 -frames:v 2 -pix_fmt yuv420p %s", plain);
    for (int rotation = 0; rotation < 360; rotation += 90) {
        clip_ffmpeg("-i %s -c copy -metadata:s:v rotate=%d %s", plain, rotation, path);
        struct mr_source *source = open_source(path, false);
        struct mr_decoded decoded;
        read_frame(source, &decoded);
        assert_int_equal(decoded.rotation,
                         (360 - rotation) % 360); /* the option counts the other way */
        assert_false(decoded.mirrored);
        assert_int_equal(mr_source_info(source)->width, 64);
        mr_source_close(source);
    }
}

static void with_standard_input(const char *path, void (*check)(void))
{
    int saved = dup(STDIN_FILENO);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    dup2(fd, STDIN_FILENO);
    close(fd);
    check();
    dup2(saved, STDIN_FILENO);
    close(saved);
}

static void check_standard_input(void)
{
    struct mr_source *source = open_source("-", false);
    assert_int_equal(count_frames(source, 80000), 377);
    mr_source_close(source);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
}

static void reads_standard_input(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    clip_shared("cars.mp4", path);
    with_standard_input(path, check_standard_input);
}

static void plays_files_with_odd_names(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    clip_path("rtsp:50%d@x.mkv", path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=25 -frames:v 3 file:%s", path);
    struct mr_source *source = open_source(path, false);
    assert_int_equal(count_frames(source, 40000), 3);
    mr_source_close(source);
    mr_source_close(NULL);
}

RUN_TESTS(cmocka_unit_test(a_file_waits_for_its_reader),
          cmocka_unit_test(gives_every_frame_of_the_clips),
          cmocka_unit_test(gives_every_frame_with_many_threads),
          cmocka_unit_test(loops_without_a_jump), cmocka_unit_test(loops_what_cannot_seek),
          cmocka_unit_test(makes_test_patterns),
          cmocka_unit_test(stamps_frames_with_the_wall_clock),
          cmocka_unit_test(reads_the_display_matrix), cmocka_unit_test(reads_standard_input),
          cmocka_unit_test(plays_files_with_odd_names))

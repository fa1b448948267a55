/* Streams of JPEG: what nobody changed goes out as it came, byte by byte; what was touched does not. */
#include "stream/stream.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/jpegs.h"
#include "support/picture_compare.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_US 30000000
#define FRAMES   12

static struct mr_encoder *encoder;
static char clip[CLIP_PATH], bare[CLIP_PATH], broken[CLIP_PATH], script[CLIP_PATH];
static const char *program; /* where the script runs */

/* Told by the stream's threads, read by the test. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool over;
    unsigned frames, same, errors;
    struct rgb_picture last;
} seen;

/* What the clip holds. */
static struct {
    uint8_t *bytes;
    size_t size;
} jpegs[FRAMES];

static void note_change(void *opaque)
{
    (void)opaque;
    pthread_mutex_lock(&seen.lock);
    pthread_cond_broadcast(&seen.cond);
    pthread_mutex_unlock(&seen.lock);
}

static void take_packet(void *opaque, struct mr_packet *packet, const char *error)
{
    (void)opaque;
    pthread_mutex_lock(&seen.lock);
    assert_true(packet->seq < FRAMES);
    seen.frames++;
    seen.errors += error != NULL;
    seen.same += packet->jpeg_size == jpegs[packet->seq].size &&
                 memcmp(packet->jpeg, jpegs[packet->seq].bytes, packet->jpeg_size) == 0;
    rgb_free(&seen.last);
    seen.last = rgb_from_jpeg(packet->jpeg, packet->jpeg_size);
    pthread_mutex_unlock(&seen.lock);
}

static struct mr_stream_options options_of(const char *url, const char *text)
{
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
    return (struct mr_stream_options){
        .name = "test",
        .url = url,
        .script = script,
        .quality = 80,
        .keep_jpeg = true,
        .lossless = true,
        .limits.deadline_ms = 20000,
        .limits.memory_mib = 64,
        .host = program,
        .sink = take_packet,
        .changed = note_change,
    };
}

/* Run a stream to its end. */
static struct mr_stream_state run_for(const struct mr_stream_options *options, unsigned frames)
{
    struct mr_stream *stream;
    struct mr_error error;
    struct mr_stream_state state;
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    seen.frames = seen.same = seen.errors = 0;
    if (mr_stream_create(options, encoder, &stream, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(mr_stream_start(stream), 0);
    pthread_mutex_lock(&seen.lock);
    while (pthread_mutex_unlock(&seen.lock), mr_stream_get_state(stream, &state),
           pthread_mutex_lock(&seen.lock), state.phase != MR_STREAM_FINISHED) {
        assert_int_not_equal(state.phase, MR_STREAM_FAILED);
        int64_t soon_us = mr_clock_now_us() + 20000; /* the phase may have changed just before */
        mr_thread_cond_wait_until(&seen.cond, &seen.lock, soon_us);
        assert_true(mr_clock_now_us() < deadline_us);
    }
    pthread_mutex_unlock(&seen.lock);
    mr_stream_unref(&stream);
    assert_int_equal(seen.frames, frames);
    return state;
}

static struct mr_stream_state run(const struct mr_stream_options *options)
{
    return run_for(options, FRAMES);
}

static void untouched_frames_are_the_same_bytes(void **state)
{
    (void)state;
    struct mr_stream_options options =
        options_of(clip, "function process(frame) return { frame.width, frame.height } end");
    struct mr_stream_state end = run(&options);
    assert_int_equal(seen.same, FRAMES);
    assert_int_equal(end.stats.frames_in, FRAMES);
    assert_int_equal(end.width, 320);
    assert_int_equal(end.damaged, 0);
}

/* Looking changes nothing. */
static void frames_that_were_looked_at_are_the_same(void **state)
{
    (void)state;
    struct mr_stream_options options =
        options_of(clip, "function process(frame) return { frame:get(9, 9) } end");
    run(&options);
    assert_int_equal(seen.same, FRAMES);
}

static void touched_frames_are_encoded(void **state)
{
    (void)state;
    struct mr_stream_options options =
        options_of(clip, "function process(frame)\n"
                         "  frame:rectangle(0, 0, 320, 240, { fill = '#00ff00' })\nend");
    run(&options);
    assert_int_equal(seen.same, 0);
    unsigned middle = rgb_at(&seen.last, 160, 120);
    assert_true((middle >> 8 & 255) > 250 && (middle >> 16) < 5);
}

/* --quality was given, or the script gives one, or the size is another. */
static void wishes_are_met(void **state)
{
    (void)state;
    static const char noop[] = "function process() end";
    struct mr_stream_options options = options_of(clip, noop);
    options.keep_jpeg = false;
    run(&options);
    assert_int_equal(seen.same, 0);

    options = options_of(clip, "function process(frame)\n"
                               "  if frame.index % 2 == 0 then frame.quality = 80 end\nend");
    run(&options);
    assert_int_equal(seen.same, FRAMES / 2);

    options = options_of(clip, noop);
    options.size = (struct mr_size){ 160, 0 };
    run(&options);
    assert_int_equal(seen.same, 0);
    assert_int_equal(seen.last.width, 160);
}

/* Cameras leave the tables out: what is sent has them. */
static void frames_without_tables_get_them(void **state)
{
    (void)state;
    struct mr_stream_options options = options_of(bare, "function process() end");
    struct mr_stream_state end = run(&options);
    assert_int_equal(end.stats.frames_out, FRAMES);
    struct rgb_picture wanted = rgb_from_jpeg(jpegs[FRAMES - 1].bytes, jpegs[FRAMES - 1].size);
    assert_true(rgb_psnr(&seen.last, &wanted) > 60);
    rgb_free(&wanted);
}

static void failing_scripts_fail_closed(void **state)
{
    (void)state;
    static const char text[] = "function process(frame) error('no') end";
    for (int on_error = MR_ON_ERROR_PASS; on_error <= MR_ON_ERROR_BLANK; on_error++) {
        struct mr_stream_options options = options_of(clip, text);
        options.on_error = (enum mr_on_error)on_error;
        run(&options);
        assert_int_equal(seen.errors, FRAMES);
        assert_int_equal(seen.same, on_error == MR_ON_ERROR_PASS ? FRAMES : 0);
        if (on_error != MR_ON_ERROR_PASS)
            assert_in_range(rgb_at(&seen.last, 2, 2) & 255, 0x30, 0x36);
    }
}

/* A frame that is whole by its markers but cannot be decoded is left out, and counted once. */
static void broken_frames_are_skipped_and_counted(void **state)
{
    (void)state;
    struct mr_stream_options options = options_of(broken, "function process() end");
    options.size = (struct mr_size){ 160, 0 };
    struct mr_stream_state end = run_for(&options, FRAMES - 1);
    assert_int_equal(end.damaged, 1);
    assert_int_equal(seen.last.width, 160);
}

/* ---- once ---- */

static void read_jpegs(void)
{
    for (int i = 0; i < FRAMES; i++) {
        char path[CLIP_PATH];
        char name[64];
        snprintf(name, sizeof(name), "whole-%02d.jpg", i + 1);
        clip_path(name, path);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        jpegs[i].bytes = malloc(1 << 20);
        jpegs[i].size = fread(jpegs[i].bytes, 1, 1 << 20, file);
        fclose(file);
    }
}

static void write_bare(void)
{
    FILE *file = fopen(bare, "wb");
    assert_non_null(file);
    for (int i = 0; i < FRAMES; i++) {
        struct jpeg_file jpeg = { malloc(jpegs[i].size), jpegs[i].size };
        memcpy(jpeg.bytes, jpegs[i].bytes, jpegs[i].size);
        jpeg_strip_tables(&jpeg);
        assert_true(jpeg.size < jpegs[i].size);
        assert_int_equal(fwrite(jpeg.bytes, 1, jpeg.size, file), jpeg.size);
        jpeg_free(&jpeg);
    }
    assert_int_equal(fclose(file), 0);
}

/* One frame has more codes of a bit than there can be. */
static void write_broken(void)
{
    FILE *file = fopen(broken, "wb");
    assert_non_null(file);
    for (int i = 0; i < FRAMES; i++) {
        struct jpeg_file jpeg = { jpegs[i].bytes, jpegs[i].size };
        size_t size, counts = jpeg_find(&jpeg, 0xc4, &size) + 5;
        uint8_t before[16];
        memcpy(before, jpeg.bytes + counts, sizeof(before));
        if (i == 5) {
            jpeg.bytes[counts] = 3;
            jpeg.bytes[counts + 2] -= 3;
        }
        assert_int_equal(fwrite(jpeg.bytes, 1, jpeg.size, file), jpeg.size);
        memcpy(jpeg.bytes + counts, before, sizeof(before));
    }
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    (void)state;
    char files[CLIP_PATH];
    pthread_mutex_init(&seen.lock, NULL);
    mr_thread_cond_init(&seen.cond);
    assert_int_equal(mr_encoder_create(2, &encoder), 0);
    clip_path("clip.mkv", clip);
    clip_path("bare.mjpeg", bare);
    clip_path("broken.mjpeg", broken);
    clip_path("script.lua", script);
    clip_path("whole-%02d.jpg", files);
    clip_ffmpeg("-f lavfi -i testsrc2=size=320x240:rate=12:duration=1 -c:v mjpeg -q:v 3 "
                "-huffman 0 %s",
                clip);
    clip_ffmpeg("-i %s -c copy -f image2 %s", clip, files);
    read_jpegs();
    write_bare();
    write_broken();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mr_encoder_destroy(encoder);
    rgb_free(&seen.last);
    for (int i = 0; i < FRAMES; i++)
        free(jpegs[i].bytes);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(untouched_frames_are_the_same_bytes),
        cmocka_unit_test(frames_that_were_looked_at_are_the_same),
        cmocka_unit_test(touched_frames_are_encoded),
        cmocka_unit_test(wishes_are_met),
        cmocka_unit_test(frames_without_tables_get_them),
        cmocka_unit_test(failing_scripts_fail_closed),
        cmocka_unit_test(broken_frames_are_skipped_and_counted),
    };
    mr_log_set_level(MR_LOG_ERROR - 1); /* what fails here is meant to */
    int failed = cmocka_run_group_tests_name("in this process", tests, set_up, tear_down);
    program = TEST_BINARY;
    return failed +
           cmocka_run_group_tests_name("in a process of its own", tests, set_up, tear_down);
}

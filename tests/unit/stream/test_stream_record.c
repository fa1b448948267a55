/* Streams that are recorded, from source to file. */
#include "stream/stream.h"

#include "base/clock.h"
#include "base/thread.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/recording_read.h"

#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define LIMIT_US 20000000

static struct mr_encoder *encoder;
static char script[CLIP_PATH], folder[CLIP_PATH], pattern[CLIP_PATH + 16];

static struct {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    uint64_t changes;
} seen = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void note_change(void *opaque)
{
    (void)opaque;
    pthread_mutex_lock(&seen.lock);
    seen.changes++;
    pthread_cond_broadcast(&seen.cond);
    pthread_mutex_unlock(&seen.lock);
}

static struct mr_stream *start(const char *url, bool lossless)
{
    struct mr_stream *stream;
    struct mr_error error;
    const struct mr_stream_options options = {
        .name = "test",
        .url = url,
        .script = script,
        .record = pattern,
        .quality = 80,
        .lossless = lossless,
        .limits.deadline_ms = 20000,
        .limits.memory_mib = 64,
        .changed = note_change,
    };
    if (mr_stream_create(&options, encoder, &stream, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(mr_stream_start(stream), 0);
    return stream;
}

/* Wait until the source has ended. return: the state then */
static struct mr_stream_state wait_for_end(struct mr_stream *stream)
{
    int64_t deadline_us = mr_clock_now_us() + LIMIT_US;
    struct mr_stream_state state;
    for (;;) {
        pthread_mutex_lock(&seen.lock);
        uint64_t before = seen.changes;
        pthread_mutex_unlock(&seen.lock);
        mr_stream_get_state(stream, &state);
        assert_int_not_equal(state.phase, MR_STREAM_IDLE);
        assert_int_not_equal(state.phase, MR_STREAM_FAILED);
        if (state.phase == MR_STREAM_FINISHED)
            return state;
        pthread_mutex_lock(&seen.lock);
        while (seen.changes == before)
            assert_int_equal(mr_thread_cond_wait_until(&seen.cond, &seen.lock, deadline_us), 0);
        pthread_mutex_unlock(&seen.lock);
    }
}

static void use_folder(const char *name)
{
    clip_path(name, folder);
    snprintf(pattern, sizeof(pattern), "%s/x.mkv", folder);
}

/* The files in the order they were begun: "x.mkv", "x-1.mkv". */
static void read_file(int number, struct recorded_file *file)
{
    char path[CLIP_PATH + 32];
    snprintf(path, sizeof(path), number == 0 ? "%s/x.mkv" : "%s/x-%d.mkv", folder, number);
    recording_read(path, file);
}

static size_t count_files(void)
{
    char all[CLIP_PATH + 8];
    glob_t found;
    snprintf(all, sizeof(all), "%s/*", folder);
    assert_int_equal(glob(all, 0, NULL, &found), 0);
    size_t count = found.gl_pathc;
    globfree(&found);
    return count;
}

static void it_runs_unwatched_and_ends_with_the_source(void **state)
{
    (void)state;
    struct recorded_file file;
    use_folder("unwatched");
    struct mr_stream *stream = start("lavfi:testsrc2=size=64x48:rate=25:duration=1", false);
    struct mr_stream_state end = wait_for_end(stream);
    assert_true(end.recording.wanted && !end.recording.active && !end.recording.off);
    assert_string_equal(end.recording.file, pattern);
    assert_int_equal(end.recording.frames, end.stats.frames_out);
    assert_int_equal(end.recording.dropped, 0);

    read_file(0, &file); /* finished, though the stream is still there */
    assert_int_equal(file.count, end.recording.frames);
    assert_string_equal(file.stream, "test");
    assert_in_range(file.duration_ms, 900, 1100);
    recorded_file_finish(&file);
    mr_stream_unref(&stream);
}

static void what_the_script_skips_is_not_recorded(void **state)
{
    (void)state;
    char payload[32];
    struct recorded_file file;
    use_folder("skipped");
    struct mr_stream *stream = start("lavfi:testsrc2=size=66x48:rate=25:duration=2", true);
    wait_for_end(stream);
    mr_stream_unref(&stream);
    read_file(0, &file);
    assert_int_equal(file.count, 25); /* see the script: it skips every other of 66 pixels */
    for (size_t i = 0; i < file.count; i++) {
        snprintf(payload, sizeof(payload), "%zu", i * 2);
        assert_string_equal(file.frames[i].payload, payload);
        assert_int_equal(file.frames[i].time_ms, i * 80);
    }
    recorded_file_finish(&file);
}

static void append(const char *from, FILE *to)
{
    char bytes[4096];
    size_t got;
    FILE *file = fopen(from, "r");
    assert_non_null(file);
    while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
        assert_int_equal(fwrite(bytes, 1, got, to), got);
    fclose(file);
}

/* A source of 20 frames of 64x48 and 20 of 96x64. */
static void make_changing(char path[CLIP_PATH])
{
    char part[CLIP_PATH];
    clip_path("changing.mjpeg", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    clip_path("part.mjpeg", part);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=25 -frames:v 20 -c:v mjpeg -y %s", part);
    append(part, file);
    clip_ffmpeg("-f lavfi -i testsrc2=size=96x64:rate=25 -frames:v 20 -c:v mjpeg -y %s", part);
    append(part, file);
    fclose(file);
}

static void another_size_begins_another_file(void **state)
{
    (void)state;
    char path[CLIP_PATH], payload[32];
    make_changing(path);
    use_folder("sizes");
    struct mr_stream *stream = start(path, true);
    wait_for_end(stream);
    mr_stream_unref(&stream);
    assert_int_equal(count_files(), 2);
    for (int i = 0; i < 2; i++) {
        struct recorded_file file;
        read_file(i, &file);
        assert_int_equal(file.width, i == 0 ? 64 : 96);
        assert_int_equal(file.count, 20);
        for (size_t k = 0; k < file.count; k++) {
            snprintf(payload, sizeof(payload), "%zu", k + (size_t)i * 20);
            assert_string_equal(file.frames[k].payload, payload);
        }
        assert_int_equal(file.frames[0].time_ms, 0);
        recorded_file_finish(&file);
    }
}

static void a_place_that_cannot_be_is_told_before_anything_runs(void **state)
{
    (void)state;
    struct mr_stream *stream;
    struct mr_error error;
    const struct mr_stream_options options = {
        .name = "test", .url = "test:", .script = script, .record = "/dev/null/x", .quality = 80
    };
    assert_true(mr_stream_create(&options, encoder, &stream, &error) < 0);
    assert_null(stream);
    assert_string_equal(error.text,
                        "cannot record to \"/dev/null/x\": \"/dev/null\" is not a directory");
}

static int set_up(void **state)
{
    (void)state;
    mr_thread_cond_init(&seen.cond);
    clip_path("skip.lua", script);
    FILE *file = fopen(script, "w");
    if (file == NULL)
        return -1;
    fputs("function process(frame)\n"
          "  if frame.width == 66 and frame.index % 2 == 1 then frame:skip() end\n"
          "  return frame.index\n"
          "end\n",
          file);
    fclose(file);
    return mr_encoder_create(2, &encoder);
}

static int tear_down(void **state)
{
    (void)state;
    mr_encoder_destroy(encoder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_runs_unwatched_and_ends_with_the_source),
        cmocka_unit_test(what_the_script_skips_is_not_recorded),
        cmocka_unit_test(another_size_begins_another_file),
        cmocka_unit_test(a_place_that_cannot_be_is_told_before_anything_runs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

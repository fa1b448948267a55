/* A stream without memory: it is not made, or it fails and says why, or it plays to its end. It never stands still. */
#include "alloc/failing.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "stream/stream.h"
#include "support/check.h"
#include "support/clip.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define FRAMES   4
#define LIMIT_US 20000000

static char script[CLIP_PATH];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static unsigned packets;

static void note_change(void *opaque)
{
    (void)opaque;
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void take_packet(void *opaque, struct mr_packet *packet, const char *error)
{
    (void)opaque;
    (void)packet;
    (void)error;
    pthread_mutex_lock(&lock);
    packets++;
    pthread_mutex_unlock(&lock);
}

static bool has_ended(struct mr_stream *stream)
{
    struct mr_stream_state state;
    mr_stream_get_state(stream, &state);
    if (state.phase == MR_STREAM_FAILED)
        assert_true(failing_has_failed() && state.error.text[0] != '\0');
    return state.phase == MR_STREAM_FINISHED || state.phase == MR_STREAM_FAILED;
}

static void wait_for_end(struct mr_stream *stream)
{
    int64_t until_us = mr_clock_now_us() + LIMIT_US;
    bool ended;
    while (!(ended = has_ended(stream)) && mr_clock_now_us() < until_us) {
        pthread_mutex_lock(&lock);
        mr_thread_cond_wait_until(&changed, &lock, mr_clock_now_us() + 20000);
        pthread_mutex_unlock(&lock);
    }
    if (!ended)
        fail_msg("the stream stands still");
}

static void play(void)
{
    struct mr_error error = { 0 };
    struct mr_encoder *encoder = NULL;
    struct mr_stream *stream = NULL;
    struct mr_stream_options options = {
        .name = "alloc",
        .url = "test:64x48",
        .script = script,
        .quality = 80,
        .lossless = true,
        .frames = FRAMES,
        .limits.deadline_ms = 5000,
        .limits.memory_mib = 64,
        .host = TEST_BINARY,
        .sink = take_packet,
        .changed = note_change,
    };
    packets = 0;
    if (mr_encoder_create(2, &encoder) < 0) {
        assert_true(failing_has_failed());
        return;
    }
    int result = mr_stream_create(&options, encoder, &stream, &error);
    if (result == 0 && (result = mr_stream_start(stream)) == 0) {
        wait_for_end(stream);
        mr_stream_stop(stream, "the end");
    }
    if (result < 0)
        assert_true(failing_has_failed());
    if (!failing_has_failed())
        assert_int_equal(packets, FRAMES);
    mr_stream_unref(&stream);
    mr_encoder_destroy(encoder);
}

static void a_stream_survives(void **state)
{
    (void)state;
    mr_thread_cond_init(&changed);
    mr_log_set_level(MR_LOG_ERROR);
    clip_path("process.lua", script);
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fputs("function process(frame) frame:rectangle(1, 1, 9, 9) return { i = frame.index } end\n",
          file);
    fclose(file);
    failing_each("stream", NULL, play, NULL);
}

RUN_TESTS(cmocka_unit_test(a_stream_survives))

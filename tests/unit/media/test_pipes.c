/* What comes through a pipe: a camera's program writes at its own pace, a program that pipes a file
 * does not. */
#include "media/source/source.h"

#include "base/clock.h"
#include "base/file.h"
#include "media/source/source_discard.h"
#include "support/check.h"
#include "support/clip.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FRAMES 200 /* of 25 a second */

/* Writes `bytes` into the FIFO: `piece` bytes, then a pause, and so on; after `pauses` of them without any. */
struct writer {
    char fifo[CLIP_PATH];
    struct mr_buffer bytes;
    size_t piece;
    int pause_ms, pauses;
    pthread_t thread;
};

static void *write_all(void *opaque)
{
    struct writer *writer = opaque;
    const struct timespec pause = { .tv_nsec = writer->pause_ms * 1000000L };
    int fd = open(writer->fifo, O_WRONLY | O_CLOEXEC);
    size_t at = 0;
    for (int pauses = 0; fd >= 0 && at < writer->bytes.size; pauses++) {
        bool waits = pauses < writer->pauses;
        size_t left = writer->bytes.size - at,
               size = waits && writer->piece < left ? writer->piece : left;
        if (mr_file_write(fd, writer->bytes.data + at, size) < 0)
            break; /* the reader has gone */
        at += size;
        if (waits)
            nanosleep(&pause, NULL);
    }
    close(fd);
    return NULL;
}

static void start(struct writer *writer, const char *arguments)
{
    char clip[CLIP_PATH];
    signal(SIGPIPE, SIG_IGN);
    clip_path("clip.bin", clip);
    clip_path("fifo", writer->fifo);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=25 -frames:v %d %s %s", FRAMES, arguments,
                clip);
    assert_int_equal(mr_file_read(clip, 100000000, &writer->bytes), 0);
    unlink(writer->fifo);
    assert_int_equal(mkfifo(writer->fifo, 0600), 0);
    assert_int_equal(pthread_create(&writer->thread, NULL, write_all, writer), 0);
}

static struct mr_source *open_fifo(const struct writer *writer, enum mr_input_live live)
{
    struct mr_source *source;
    struct mr_error error;
    const struct mr_source_options options = { .url = writer->fifo, .input.live = live };
    if (mr_source_open(&options, &source, &error) < 0)
        fail_msg("%s", error.text);
    assert_true(mr_source_info(source)->piped);
    return source;
}

static void finish(struct writer *writer, struct mr_source *source)
{
    mr_source_close(source);
    pthread_join(writer->thread, NULL);
    mr_buffer_finish(&writer->bytes);
}

static const char *const formats[] = { "-c:v mpeg2video -f mpegts", "-c:v libx264 -g 25 -f mpegts",
                                       "-c:v mjpeg -f matroska" };

static void a_files_content_is_a_file(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct writer writer = { .piece = 0 };
        struct mr_decoded decoded;
        struct mr_error error;
        start(&writer, formats[i]);
        struct mr_source *source = open_fifo(&writer, MR_INPUT_LIVE_LOOK);
        for (int n = 0; n < FRAMES; n++) {
            assert_int_equal(mr_source_read(source, &decoded, &error), 0);
            assert_in_range(decoded.pts_us, (uint64_t)(n * 40000 - (n > 0) * 100),
                            (uint64_t)n * 40000 + 100);
        }
        assert_int_equal(mr_source_read(source, &decoded, &error), 1);
        assert_false(mr_source_info(source)
                         ->live); /* at once, or on a busy machine, after two seconds of media */
        finish(&writer, source);
    }
}

static void what_is_waited_for_is_live(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct writer writer = { .piece = 4000, .pause_ms = 60, .pauses = 1000 };
        struct mr_decoded decoded;
        struct mr_error error;
        start(&writer, formats[i]);
        struct mr_source *source = open_fifo(&writer, MR_INPUT_LIVE_LOOK);
        assert_true(mr_source_info(source)->live);
        assert_int_equal(mr_source_read(source, &decoded, &error), 0);
        assert_int_equal(mr_source_discard(source, &error), 0); /* as while nobody watches */
        finish(&writer, source);
    }
}

static void the_user_knows_better(void **state)
{
    (void)state;
    struct writer slow = { .piece = 4000, .pause_ms = 60, .pauses = 1000 }, fast = { .piece = 0 };
    start(&slow, formats[0]);
    struct mr_source *source = open_fifo(&slow, MR_INPUT_LIVE_NO);
    assert_false(mr_source_info(source)->live);
    finish(&slow, source);
    start(&fast, formats[0]);
    source = open_fifo(&fast, MR_INPUT_LIVE_YES);
    assert_true(mr_source_info(source)->live);
    finish(&fast, source);
}

/* The writer had to wait itself at first (for a server, an encoder), and then goes on faster than it plays. */
static void what_comes_faster_than_it_plays_is_a_file(void **state)
{
    (void)state;
    struct writer writer = { .piece = 20000, .pause_ms = 200, .pauses = 2 };
    struct mr_decoded decoded;
    struct mr_error error;
    start(&writer, formats[0]);
    struct mr_source *source = open_fifo(&writer, MR_INPUT_LIVE_LOOK);
    assert_true(mr_source_info(source)->live);
    int frames = 0;
    while (mr_source_info(source)->live && mr_source_read(source, &decoded, &error) == 0)
        frames++;
    assert_false(mr_source_info(source)->live);
    assert_in_range(frames, 40, FRAMES - 1);
    finish(&writer, source);
}

RUN_TESTS(cmocka_unit_test(a_files_content_is_a_file), cmocka_unit_test(what_is_waited_for_is_live),
          cmocka_unit_test(the_user_knows_better),
          cmocka_unit_test(what_comes_faster_than_it_plays_is_a_file))

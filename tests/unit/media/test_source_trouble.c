/* Sources that do not play, or not well: errors, damage, interrupts. */
#include "media/source/source.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/thread.h"
#include "support/check.h"
#include "support/clip.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEADLINE_US 5000000

static void check_refused(const char *url, int code, const char *words)
{
    struct mr_source_options options = { .url = url };
    struct mr_source *source;
    struct mr_error error = { 0 };
    int result = mr_source_open(&options, &source, &error);
    assert_null(source);
    if (result != code || strstr(error.text, words) == NULL)
        fail_msg("%s: %d, not %d: %s", url, result, code, error.text);
    assert_int_equal(error.code, code);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    clip_path("nope.mp4", path);
    check_refused(path, -ENOENT, "No such file or directory");
    check_refused("nope.mp4", -ENOENT, "cannot open \"nope.mp4\": No such file or directory");
    check_refused("/", -EISDIR, "\"/\" is a directory, a source is a file, a URL or a device");
    check_refused("/dev/video-nope", -ENOENT, "/dev/video-nope");
    check_refused("nope://x", -ENOTSUP, "nope://x");

    clip_path("x.txt", path);
    write_file(path, "no video\n", 9);
    check_refused(path, -EBADMSG, "x.txt\" is not a video FFmpeg knows");
    clip_path("empty.mp4", path);
    write_file(path, "", 0);
    check_refused(path, -EBADMSG, "empty.mp4\" is empty");

    check_refused("test:640", -EINVAL, "\"test:640\" is not a test pattern");
    check_refused("test:64x48@", -EINVAL, "test:64x48@");
    check_refused("test:64x48@25x", -EINVAL, "test:64x48@25x");
    check_refused("test:0x48", -EINVAL, "test:0x48");
    check_refused("lavfi:nonsense", -EINVAL, "No such filter: 'nonsense'");
}

static void wants_a_video_stream(void **state)
{
    (void)state;
    char song[CLIP_PATH], cover[CLIP_PATH];
    clip_path("song.wav", song);
    clip_ffmpeg("-f lavfi -i sine=duration=0.2 %s", song);
    check_refused(song, -ENODATA, "song.wav\" has no video stream");

    clip_path("cover.png", cover);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x64 -frames:v 1 %s", cover);
    clip_path("song.flac", song);
    clip_ffmpeg("-f lavfi -i sine=duration=0.2 -i %s -map 0 -map 1 -c:v copy -disposition:v "
                "attached_pic %s",
                cover, song);
    check_refused(song, -ENODATA, "song.flac\" has no video stream");
}

/* Frames until the end or an error. */
static int read_all(const char *url, int *result, uint64_t *damaged, struct mr_error *error)
{
    struct mr_source_options options = { .url = url };
    struct mr_source *source;
    *error = (struct mr_error){ 0 };
    *result = mr_source_open(&options, &source, error);
    int frames = 0;
    struct mr_decoded decoded;
    while (*result == 0) {
        *result = mr_source_read(source, &decoded, error);
        frames += *result == 0;
    }
    *damaged = source != NULL ? mr_source_damaged(source) : 0;
    mr_source_close(source);
    return frames;
}

static struct mr_buffer read_clip(const char *path)
{
    struct mr_buffer content = { 0 };
    assert_int_equal(mr_file_read(path, 64 << 20, &content), 0);
    return content;
}

/* return: the error of reading a file to its end */
static const char *failure_of(const char *path)
{
    static struct mr_error error;
    int result;
    uint64_t damaged;
    read_all(path, &result, &damaged, &error);
    assert_true(result < 0);
    return error.text;
}

static void encrypted_files_are_said_to_be(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    clip_path("encrypted.mp4", path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=128x96:rate=25 -frames:v 10 -pix_fmt yuv420p "
                "-encryption_scheme cenc-aes-ctr -encryption_key "
                "76a6c65c5ea762046bd749a2e632ccbb -encryption_kid "
                "a7e61c373e219033c21091fa607bf3b8 %s",
                path);
    assert_non_null(strstr(failure_of(path), "encrypted.mp4\" is encrypted; --input-option "
                                             "decryption_key=HEX gives its key"));
}

/* A file that somebody empties while it plays, and that is then read again from its beginning. */
static void emptied_files_are_said_to_be(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    clip_path("emptied.ts", path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=320x180:rate=25 -frames:v 250 -c:v mpeg2video -f mpegts "
                "%s",
                path);
    struct mr_source_options options = { .url = path, .loop = true };
    struct mr_source *source;
    struct mr_error error = { 0 };
    struct mr_decoded decoded;
    assert_int_equal(mr_source_open(&options, &source, &error), 0);
    int result = mr_source_read(source, &decoded, &error);
    assert_int_equal(truncate(path, 0), 0);
    for (int i = 0; i < 1000 && result == 0; i++)
        result = mr_source_read(source, &decoded, &error);
    assert_true(result < 0);
    assert_non_null(strstr(error.text, "emptied.ts\" was emptied or cut while it was read"));
    mr_source_close(source);
}

static void survives_truncated_files(void **state)
{
    (void)state;
    char whole[CLIP_PATH], path[CLIP_PATH];
    clip_path("whole.mp4", whole);
    clip_path("truncated.mp4", path);
    int result;
    uint64_t damaged;
    struct mr_error error;

    /* its index is at its end, and gone */
    clip_ffmpeg("-f lavfi -i testsrc2=size=128x96:rate=25 -frames:v 50 %s", whole);
    struct mr_buffer content = read_clip(whole);
    write_file(path, content.data, content.size / 2);
    mr_buffer_finish(&content);
    check_refused(path, -EBADMSG, "moov atom not found");

    /* its index is at its start, the rest is gone in the middle of a frame */
    clip_ffmpeg("-f lavfi -i testsrc2=size=128x96:rate=25 -frames:v 50 -movflags faststart %s",
                whole);
    content = read_clip(whole);
    write_file(path, content.data, content.size / 2);
    assert_in_range(read_all(path, &result, &damaged, &error), 5, 49);
    assert_int_equal(result, 1);
    assert_in_range(damaged, 1, 50);

    /* … before the first frame */
    write_file(path, content.data, content.size / 2);
    mr_buffer_finish(&content);
    clip_ffmpeg("-f lavfi -i testsrc2=size=128x96:rate=25 -frames:v 1 -movflags faststart %s",
                whole);
    content = read_clip(whole);
    write_file(path, content.data,
               (size_t)((uint8_t *)memmem(content.data, content.size, "mdat", 4) - content.data) +
                   6);
    mr_buffer_finish(&content);
    assert_int_equal(read_all(path, &result, &damaged, &error), 0);
    assert_true(result < 0);
    assert_non_null(strstr(error.text, "truncated.mp4\""));
}

static void survives_damage_in_the_middle(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    clip_shared("cars.mp4", path);
    struct mr_buffer content = read_clip(path);
    for (size_t i = content.size / 3; i < content.size / 3 + 20000; i++)
        content.data[i] = (uint8_t)(i * 2654435761u >> 13);
    clip_path("damaged.mp4", path);
    write_file(path, content.data, content.size);
    mr_buffer_finish(&content);

    int result;
    uint64_t damaged;
    struct mr_error error;
    assert_in_range(read_all(path, &result, &damaged, &error), 330, 377);
    assert_int_equal(result, 1);
    assert_in_range(damaged, 1, 377);
}

struct reader {
    const char *url;
    atomic_bool interrupt;
    atomic_bool opened;
    int result;
    struct mr_error error;
};

static void *read_until_interrupted(void *argument)
{
    struct reader *reader = argument;
    struct mr_source_options options = { .url = reader->url, .interrupt = &reader->interrupt };
    struct mr_source *source;
    reader->result = mr_source_open(&options, &source, &reader->error);
    atomic_store(&reader->opened, true);
    struct mr_decoded decoded;
    while (reader->result == 0)
        reader->result = mr_source_read(source, &decoded, &reader->error);
    mr_source_close(source);
    return NULL;
}

/* Interrupt it and expect it to return at once. */
static void interrupt(struct reader *reader, pthread_t thread)
{
    int64_t start_us = mr_clock_now_us();
    atomic_store(&reader->interrupt, true);
    pthread_join(thread, NULL);
    assert_int_equal(reader->result, -ECANCELED);
    assert_true(mr_clock_now_us() - start_us < HANGS_US);
}

/* A server that takes connections and says nothing. return: its socket */
static int listen_silently(char url[CLIP_PATH])
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 1), 0);
    getsockname(listener, (struct sockaddr *)&address, &length);
    snprintf(url, CLIP_PATH, "http://user:secret@127.0.0.1:%d/x.mp4", ntohs(address.sin_port));
    return listener;
}

static void waits_no_longer_than_it_is_told(void **state)
{
    (void)state;
    char url[CLIP_PATH];
    int listener = listen_silently(url);
    struct mr_source_options options = { .url = url, .stall_us = 200000 };
    struct mr_source *source;
    struct mr_error error = { 0 };
    int64_t start_us = mr_clock_now_us();
    assert_int_equal(mr_source_open(&options, &source, &error), -ETIMEDOUT);
    assert_true(mr_clock_now_us() - start_us >= options.stall_us);
    assert_true(mr_clock_now_us() - start_us < DEADLINE_US);
    assert_non_null(strstr(error.text, "x.mp4\": nothing came for 0.2 s"));
    assert_null(strstr(error.text, "secret"));
    close(listener);
}

static void interrupts_a_silent_server(void **state)
{
    (void)state;
    char url[CLIP_PATH];
    int listener = listen_silently(url);
    struct reader reader = { .url = url };
    pthread_t thread;
    assert_int_equal(mr_thread_start(&thread, "reader", read_until_interrupted, &reader), 0);
    struct pollfd wait = { .fd = listener, .events = POLLIN };
    assert_int_equal(poll(&wait, 1, DEADLINE_US / 1000), 1); /* it has connected and waits */
    interrupt(&reader, thread);
    assert_null(strstr(reader.error.text, "secret"));
    close(listener);
}

static void interrupts_a_fifo_without_a_writer(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    clip_path("silent.fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    struct reader reader = { .url = path };
    pthread_t thread;
    assert_int_equal(mr_thread_start(&thread, "reader", read_until_interrupted, &reader), 0);
    int writer = -1; /* opens as soon as there is a reader */
    int64_t deadline_us = mr_clock_now_us() + DEADLINE_US;
    while ((writer = open(path, O_WRONLY | O_NONBLOCK)) < 0 && mr_clock_now_us() < deadline_us)
        sched_yield();
    assert_true(writer >= 0);
    interrupt(&reader, thread);
    close(writer);
}

static void interrupts_a_fifo_that_dries_up(void **state)
{
    (void)state;
    char clip[CLIP_PATH], path[CLIP_PATH];
    clip_path("few.y4m", clip);
    clip_path("dry.fifo", path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=64x48:rate=25 -frames:v 100 -pix_fmt yuv420p %s", clip);
    struct mr_buffer content = read_clip(clip);
    assert_int_equal(mkfifo(path, 0600), 0);
    struct reader reader = { .url = path };
    pthread_t thread;
    assert_int_equal(mr_thread_start(&thread, "reader", read_until_interrupted, &reader), 0);
    int writer = open(path, O_WRONLY);
    for (size_t sent = 0; sent < content.size;) {
        ssize_t wrote = write(writer, content.data + sent, content.size - sent);
        assert_true(wrote > 0);
        sent += (size_t)wrote;
    }
    int64_t deadline_us = mr_clock_now_us() + DEADLINE_US;
    while (!atomic_load(&reader.opened) && mr_clock_now_us() < deadline_us)
        sched_yield();
    assert_true(atomic_load(&reader.opened));
    interrupt(&reader, thread);
    close(writer);
    mr_buffer_finish(&content);
}

static void hides_passwords(void **state)
{
    (void)state;
    struct mr_source_options options = { .url = "rtsp://user:secret@127.0.0.1:1/x" };
    struct mr_source *source;
    struct mr_error error = { 0 };
    assert_int_equal(mr_source_open(&options, &source, &error), -ECONNREFUSED);
    assert_null(strstr(error.text, "secret"));
    assert_non_null(strstr(error.text, "rtsp://user:***@127.0.0.1:1/x"));
}

RUN_TESTS(cmocka_unit_test(says_what_is_wrong), cmocka_unit_test(wants_a_video_stream),
          cmocka_unit_test(encrypted_files_are_said_to_be),
          cmocka_unit_test(emptied_files_are_said_to_be),
          cmocka_unit_test(survives_truncated_files),
          cmocka_unit_test(survives_damage_in_the_middle),
          cmocka_unit_test(waits_no_longer_than_it_is_told),
          cmocka_unit_test(interrupts_a_silent_server),
          cmocka_unit_test(interrupts_a_fifo_without_a_writer),
          cmocka_unit_test(interrupts_a_fifo_that_dries_up), cmocka_unit_test(hides_passwords))

/* Files as they are written, cut off, and read back. */
#include "media/record/recording.h"

#include "media/jpeg/jpeg.h"
#include "media/picture/picture.h"
#include "media/source/source.h"
#include "support/check.h"
#include "support/clip.h"
#include "support/recording_read.h"

#include <errno.h>
#include <fcntl.h>
#include <libavformat/avformat.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define WIDTH      64
#define HEIGHT     48
#define STEP_US    40000
#define STARTED_US INT64_C(1773500000123456)

static char path[CLIP_PATH];
static struct mr_jpeg_encoder *encoder;
static struct mr_picture *picture;

/* The JPEG of frame `number`, different from its neighbours'. */
static const uint8_t *make_jpeg(unsigned number, size_t *size)
{
    const uint8_t *jpeg;
    for (int i = 0; i < 3; i++)
        memset(picture->plane[i], i == 0 ? (int)(number * 7 % 256) : 128,
               (size_t)picture->stride_bytes[i] * (size_t)(i == 0 ? HEIGHT : HEIGHT / 2));
    assert_int_equal(mr_jpeg_encode(encoder, picture, 80, &jpeg, size), 0);
    return jpeg;
}

/* Every fifth frame has none. */
static void make_payload(unsigned number, char text[64])
{
    snprintf(text, 64, number % 5 == 4 ? "null" : "{\"n\":%u,\"text\":\"h\xc3\xa9\"}", number);
}

static int try_write(struct mr_recording *recording, unsigned number, int64_t time_us)
{
    char payload[64];
    struct mr_recording_frame frame = { .time_us = time_us, .payload = payload };
    make_payload(number, payload);
    frame.jpeg = make_jpeg(number, &frame.jpeg_size);
    frame.payload_size = strlen(payload);
    return mr_recording_write(recording, &frame);
}

static void write_frames(struct mr_recording *recording, unsigned first, unsigned last)
{
    for (unsigned i = first; i < last; i++)
        assert_int_equal(try_write(recording, i, (int64_t)i * STEP_US), 0);
}

static int open_file(struct mr_recording **recording)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    assert_true(fd >= 0);
    return mr_recording_open(
        fd,
        &(struct mr_recording_info){
            .stream = "yard", .width = WIDTH, .height = HEIGHT, .captured_us = STARTED_US },
        recording);
}

static struct mr_recording *begin(void)
{
    struct mr_recording *recording;
    assert_int_equal(open_file(&recording), 0);
    return recording;
}

static void finish(struct mr_recording *recording)
{
    uint64_t bytes;
    struct stat status;
    assert_int_equal(mr_recording_close(recording, &bytes), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, bytes);
}

static void check_frame(const struct recorded_frame *frame, unsigned number)
{
    char payload[64];
    size_t size;
    const uint8_t *jpeg = make_jpeg(number, &size);
    assert_int_equal(frame->jpeg_size, size);
    assert_memory_equal(frame->jpeg, jpeg, size);
    make_payload(number, payload);
    if (strcmp(payload, "null") == 0)
        assert_null(frame->payload);
    else
        assert_string_equal(frame->payload, payload);
}

/* return: how many frames it has, the first ones that were written */
static size_t check_file(struct recorded_file *file)
{
    recording_read(path, file);
    for (size_t i = 0; i < file->count; i++)
        check_frame(&file->frames[i], (unsigned)i);
    return file->count;
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    struct recorded_file file;
    struct mr_recording *recording = begin();
    write_frames(recording, 0, 120);
    finish(recording);
    assert_int_equal(check_file(&file), 120);
    assert_int_equal(file.strays, 0);
    assert_int_equal(file.width, WIDTH);
    assert_int_equal(file.height, HEIGHT);
    assert_int_equal(file.started_us, STARTED_US);
    assert_string_equal(file.stream, "yard");
    assert_in_range(file.duration_ms, 119 * 40, 120 * 40);
    for (size_t i = 0; i < file.count; i++)
        assert_int_equal(file.frames[i].time_ms, i * 40);
    recorded_file_finish(&file);
}

static void times_increase_whatever_is_given(void **state)
{
    (void)state;
    static const int64_t given_us[] = { 0, 100, 40000, 30000, 40500, 80000 };
    static const int64_t wanted_ms[] = { 0, 1, 40, 41, 42, 80 };
    struct recorded_file file;
    struct mr_recording *recording = begin();
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(try_write(recording, i, given_us[i]), 0);
    finish(recording);
    assert_int_equal(check_file(&file), 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(file.frames[i].time_ms, wanted_ms[i]);
    recorded_file_finish(&file);
}

/* As after SIGKILL: the file as the kernel has it. */
static void what_was_flushed_is_there_without_an_end(void **state)
{
    (void)state;
    struct recorded_file file;
    struct mr_recording *recording = begin();
    write_frames(recording, 0, 30);
    assert_int_equal(mr_recording_flush(recording), 0);
    write_frames(recording, 30, 33);
    assert_in_range(check_file(&file), 30, 33);
    assert_int_equal(file.duration_ms, -1);
    recorded_file_finish(&file);
    mr_recording_abandon(recording);
    assert_int_equal(check_file(&file), 30);
    recorded_file_finish(&file);
}

/* Wherever a file is torn off, what is left of it is whole frames with their payloads. */
static void a_torn_file_plays_up_to_there(void **state)
{
    (void)state;
    struct recorded_file file;
    struct stat status;
    struct mr_recording *recording = begin();
    size_t before = 100;
    write_frames(recording, 0, 100);
    finish(recording);
    assert_int_equal(stat(path, &status), 0);
    for (off_t size = status.st_size - 1; size > 2000; size -= 977) {
        assert_int_equal(truncate(path, size), 0);
        size_t count = check_file(&file);
        assert_true(count <= before);
        assert_true(file.strays <= 1);
        before = count;
        recorded_file_finish(&file);
    }
    assert_true(before < 10);
}

/* ---- playing ---- */

static void check_playing(int threads, unsigned frames, unsigned rounds)
{
    struct mr_source *source;
    struct mr_decoded decoded;
    struct mr_error error;
    char payload[64];
    const struct mr_source_options options = { .url = path, .loop = true, .threads = threads };
    assert_int_equal(mr_source_open(&options, &source, &error), 0);
    for (unsigned i = 0; i < frames * rounds; i++) {
        if (mr_source_read(source, &decoded, &error) != 0)
            fail_msg("%s", error.text);
        make_payload(i % frames, payload);
        if (strcmp(payload, "null") == 0)
            assert_null(decoded.recorded);
        else
            assert_string_equal(decoded.recorded->data, payload);
    }
    mr_source_close(source);
}

static void a_source_gives_each_frame_its_payload(void **state)
{
    (void)state;
    struct mr_recording *recording = begin();
    write_frames(recording, 0, 100);
    finish(recording);
    check_playing(1, 100, 3);
    check_playing(5, 100, 2); /* threads hold frames back */
}

static void so_it_does_with_a_file_without_end(void **state)
{
    (void)state;
    struct mr_recording *recording = begin();
    write_frames(recording, 0, 60);
    mr_recording_flush(recording);
    mr_recording_abandon(recording);
    check_playing(1, 60, 3);
}

/* Other tools write frames before their payloads, and cut. */
static void so_it_does_with_a_copy(void **state)
{
    (void)state;
    char original[CLIP_PATH];
    struct mr_recording *recording = begin();
    write_frames(recording, 0, 60);
    finish(recording);
    strcpy(original, path);
    clip_path("copy.mkv", path);
    clip_ffmpeg("-i %s -map 0 -c copy -y %s", original, path);
    check_playing(1, 60, 2);
    check_playing(4, 60, 2);
    strcpy(path, original);
}

static void subtitles_of_others_are_no_payloads(void **state)
{
    (void)state;
    char other[CLIP_PATH];
    struct mr_source *source;
    struct mr_decoded decoded;
    struct mr_error error;
    struct mr_recording *recording = begin();
    write_frames(recording, 0, 10);
    finish(recording);
    clip_path("other.mkv", other);
    clip_ffmpeg("-i %s -map 0 -c copy -map_metadata -1 -y %s", path, other);
    assert_int_equal(mr_source_open(&(struct mr_source_options){ .url = other }, &source, &error),
                     0);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(mr_source_read(source, &decoded, &error), 0);
        assert_null(decoded.recorded);
    }
    mr_source_close(source);
}

static void a_player_finds_its_place(void **state)
{
    (void)state;
    AVFormatContext *demuxer = NULL;
    AVPacket *packet = av_packet_alloc();
    struct mr_recording *recording = begin();
    write_frames(recording, 0, 500);
    finish(recording);
    assert_int_equal(avformat_open_input(&demuxer, path, NULL, NULL), 0);
    assert_in_range(avformat_index_get_entries_count(demuxer->streams[0]), 0, 25);
    assert_true(av_seek_frame(demuxer, 0, 15500, AVSEEK_FLAG_BACKWARD) >= 0);
    do {
        av_packet_unref(packet);
        assert_true(av_read_frame(demuxer, packet) >= 0);
    } while (packet->stream_index != 0);
    assert_in_range(packet->pts, 14500, 15500);
    av_packet_free(&packet);
    avformat_close_input(&demuxer);
}

/* ---- trouble ---- */

static void a_full_disk_is_told_at_once(void **state)
{
    (void)state;
    const struct mr_recording_info info = { "yard", WIDTH, HEIGHT, STARTED_US };
    struct mr_recording *recording;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(mr_recording_open(fd, &info, &recording), -ENOSPC);
    assert_null(recording);
}

static void what_went_before_an_error_stays(void **state)
{
    (void)state;
    struct rlimit before, limit;
    struct recorded_file file;
    unsigned flushed = 0;
    int failed = 0;
    getrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_IGN);
    struct mr_recording *recording = begin();
    limit = (struct rlimit){ 20000, before.rlim_max };
    setrlimit(RLIMIT_FSIZE, &limit);
    for (unsigned i = 0; failed == 0 && i < 1000; i++) {
        failed = try_write(recording, i, (int64_t)i * STEP_US);
        if (failed == 0 && i % 5 == 4) {
            failed = mr_recording_flush(recording);
            flushed = failed == 0 ? i + 1 : flushed;
        }
    }
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(failed, -EFBIG);
    assert_int_equal(try_write(recording, 0, 1000000000), -EFBIG); /* and stays so */
    mr_recording_abandon(recording);
    assert_true(flushed > 0);
    assert_int_equal(check_file(&file), flushed);
    recorded_file_finish(&file);
}

static void a_file_that_was_removed_is_noticed(void **state)
{
    (void)state;
    struct mr_recording *recording = begin();
    write_frames(recording, 0, 5);
    assert_int_equal(mr_recording_flush(recording), 0);
    unlink(path);
    write_frames(recording, 5, 6);
    assert_int_equal(mr_recording_flush(recording), -ENOENT);
    mr_recording_abandon(recording);
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(times_increase_whatever_is_given),
        cmocka_unit_test(what_was_flushed_is_there_without_an_end),
        cmocka_unit_test(a_torn_file_plays_up_to_there),
        cmocka_unit_test(a_source_gives_each_frame_its_payload),
        cmocka_unit_test(so_it_does_with_a_file_without_end),
        cmocka_unit_test(so_it_does_with_a_copy),
        cmocka_unit_test(subtitles_of_others_are_no_payloads),
        cmocka_unit_test(a_player_finds_its_place),
        cmocka_unit_test(a_full_disk_is_told_at_once),
        cmocka_unit_test(what_went_before_an_error_stays),
        cmocka_unit_test(a_file_that_was_removed_is_noticed),
    };
    struct mr_picture_pool *pool;
    clip_path("recording.mkv", path);
    if (mr_jpeg_encoder_create(&encoder) < 0 ||
        mr_picture_pool_create(MR_PICTURE_I420, WIDTH, HEIGHT, 1, &pool) < 0)
        return 1;
    picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mr_picture_unref(&picture);
    mr_jpeg_encoder_destroy(encoder);
    return failed;
}

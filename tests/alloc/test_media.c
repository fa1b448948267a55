/* Media without memory: opening, reading, converting and encoding say so and leave nothing behind. */
#include "alloc/failing.h"

#include "base/log.h"
#include "media/convert/converter.h"
#include "media/jpeg/jpeg.h"
#include "media/record/recording.h"
#include "media/source/source.h"
#include "support/check.h"
#include "support/clip.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FRAMES 3

static char film[CLIP_PATH], motion_jpeg[CLIP_PATH], recording[CLIP_PATH];
static const char *url;

/* The first error of a run is the failure that was made; the message has to be there as well. */
static void check_failed(int result, const struct mr_error *error)
{
    if (result >= 0)
        return;
    if (!failing_has_failed())
        fail_msg("%s: %d: %s", url, result, error != NULL ? error->text : "");
    assert_true(error == NULL || error->text[0] != '\0');
}

static int encode(struct mr_jpeg_encoder *encoder, struct mr_picture *picture)
{
    const uint8_t *jpeg;
    size_t size;
    int result = mr_jpeg_encode(encoder, picture, 80, &jpeg, &size);
    check_failed(result, NULL);
    return result;
}

static void play(void)
{
    struct mr_error error = { 0 };
    struct mr_source *source = NULL;
    struct mr_converter *converter = NULL;
    struct mr_jpeg_encoder *encoder = NULL;
    struct mr_source_options options = {
        .url = url, .threads = 1, .loop = true, .leave_jpeg = true
    };
    struct mr_converter_options wanted = { .size = { 160, 120 }, .slots = 4, .keep_jpeg = true };
    int result = mr_source_open(&options, &source, &error);
    check_failed(result, &error);
    if (result == 0)
        check_failed(result = mr_converter_create(&wanted, &converter), NULL);
    if (result == 0)
        check_failed(result = mr_jpeg_encoder_create(&encoder), NULL);
    for (int i = 0; i < FRAMES && result == 0; i++) {
        struct mr_decoded decoded;
        struct mr_picture *picture = NULL;
        check_failed(result = mr_source_read(source, &decoded, &error), &error);
        if (result == 0)
            result = mr_converter_run(converter, &decoded, &picture, &error);
        check_failed(result, NULL);
        if (result == 0)
            result = encode(encoder, picture);
        mr_picture_unref(&picture);
    }
    mr_jpeg_encoder_destroy(encoder);
    mr_converter_destroy(converter);
    mr_source_close(source);
}

static void record(void)
{
    static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff, 0xd9 };
    struct mr_recording *made = NULL;
    uint64_t bytes;
    struct mr_recording_info info = { .stream = "live", .width = 16, .height = 16 };
    int fd = open(recording, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    int result = mr_recording_open(fd, &info, &made);
    for (int i = 0; i < FRAMES && result == 0; i++) {
        struct mr_recording_frame frame = { i * 40000, jpeg, sizeof(jpeg), "{}", 2 };
        result = mr_recording_write(made, &frame);
    }
    if (made != NULL && result == 0)
        result = mr_recording_close(made, &bytes);
    else if (made != NULL)
        mr_recording_abandon(made);
    check_failed(result, NULL);
}

static void media_survives(void **state)
{
    (void)state;
    mr_log_set_level(MR_LOG_ERROR);
    clip_path("film.mp4", film);
    clip_path("film.mjpeg", motion_jpeg);
    clip_path("film.mkv", recording);
    clip_ffmpeg(
        "-v error -f lavfi -i testsrc2=size=320x240:rate=25:duration=0.4 -pix_fmt yuv420p %s",
        film);
    clip_ffmpeg(
        "-v error -f lavfi -i testsrc2=size=160x120:rate=25:duration=0.4 -pix_fmt yuvj420p %s",
        motion_jpeg);
    url = film;
    failing_each("media, a film", NULL, play, NULL);
    url = motion_jpeg;
    failing_each("media, motion JPEG", NULL, play, NULL);
    url = "lavfi:testsrc2=size=320x240:rate=25";
    failing_each("media, a filter graph", NULL, play, NULL);
    url = "test:160x120";
    failing_each("media, the test pattern", NULL, play, NULL);
    url = "recording";
    failing_each("media/record", NULL, record, NULL);
}

RUN_TESTS(cmocka_unit_test(media_survives))

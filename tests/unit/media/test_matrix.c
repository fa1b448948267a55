/* Clips of many kinds come out as FFmpeg shows them: every frame once, in its colours, in time. */
#include "media/convert/converter.h"
#include "media/jpeg/jpeg.h"
#include "media/source/source.h"

#include "support/check.h"
#include "support/matrix_clips.h"

#include <stdlib.h>

#define QUALITY       95
#define NOMINAL_US    40000 /* a frame where the clip has no times */
#define NOMINAL_ERROR 100
#define TIME_ERROR_US 1 /* ffprobe prints whole microseconds */

struct player {
    struct mr_source *source;
    struct mr_converter *converter;
    struct mr_jpeg_encoder *encoder;
};

static void open_player(struct player *player, const struct matrix_clip *clip, const char *path)
{
    struct mr_source_options options = { .url = path };
    struct mr_converter_options conversion = { .fit = MR_FIT_CONTAIN, .slots = 1 };
    struct mr_error error = { 0 };
    if (mr_source_open(&options, &player->source, &error) != 0)
        fail_msg("%s: %s", clip->file, error.text);
    assert_int_equal(mr_converter_create(&conversion, &player->converter), 0);
    assert_int_equal(mr_jpeg_encoder_create(&player->encoder), 0);
}

static void close_player(struct player *player)
{
    mr_jpeg_encoder_destroy(player->encoder);
    mr_converter_destroy(player->converter);
    mr_source_close(player->source);
}

static struct rgb_picture show(struct player *player, const struct matrix_clip *clip,
                               const struct mr_decoded *decoded)
{
    struct mr_error error = { 0 };
    struct mr_picture *picture;
    const uint8_t *jpeg;
    size_t size;
    if (mr_converter_run(player->converter, decoded, &picture, &error) != 0)
        fail_msg("%s: %s", clip->file, error.text);
    assert_int_equal(mr_jpeg_encode(player->encoder, picture, QUALITY, &jpeg, &size), 0);
    mr_picture_unref(&picture);
    return rgb_from_jpeg(jpeg, size);
}

static void check_time(const struct matrix_clip *clip, const struct matrix_reference *reference,
                       int index, int64_t pts_us)
{
    int64_t wanted_us = reference->pts_us[index], tolerance_us = TIME_ERROR_US;
    if (wanted_us < 0) {
        wanted_us = (int64_t)index * NOMINAL_US;
        tolerance_us = NOMINAL_ERROR;
    }
    if (index > 0 && wanted_us == reference->pts_us[index - 1])
        wanted_us +=
            1000; /* a frame with the time of the one before comes a millisecond after it */
    if (llabs(pts_us - wanted_us) > tolerance_us)
        fail_msg("%s: frame %d is at %ld us, not %ld", clip->file, index, (long)pts_us,
                 (long)wanted_us);
}

static double check_frames(struct player *player, const struct matrix_clip *clip,
                           const struct matrix_reference *reference)
{
    struct mr_decoded decoded;
    struct mr_error error = { 0 };
    double least = 99;
    int count = 0, result;
    for (; (result = mr_source_read(player->source, &decoded, &error)) == 0; count++) {
        struct rgb_picture picture = show(player, clip, &decoded);
        double psnr = matrix_clip_compare(clip, reference, count, &picture);
        check_time(clip, reference, count, decoded.pts_us);
        least = psnr < least ? psnr : least;
        rgb_free(&picture);
    }
    if (result != 1)
        fail_msg("%s: %s", clip->file, error.text);
    if (count != clip->frames)
        fail_msg("%s: %d frames, not %d", clip->file, count, clip->frames);
    return least;
}

static void shows_it_as_ffmpeg_does(void **state)
{
    const struct matrix_clip *clip = *state;
    char path[CLIP_PATH];
    struct matrix_reference reference;
    struct player player;
    matrix_clip_make(clip, path);
    matrix_clip_reference(clip, path, &reference);
    open_player(&player, clip, path);
    double least = check_frames(&player, clip, &reference);
    print_message("%s: %d frames, %.1f dB\n", clip->file, clip->frames, least);
    assert_int_equal(mr_source_damaged(player.source), 0);
    close_player(&player);
    matrix_reference_finish(&reference);
}

int main(void)
{
    struct CMUnitTest tests[MATRIX_CLIPS_COUNT];
    for (int i = 0; i < MATRIX_CLIPS_COUNT; i++)
        tests[i] = (struct CMUnitTest){ .name = matrix_clips[i].file,
                                        .test_func = shows_it_as_ffmpeg_does,
                                        .initial_state = (void *)&matrix_clips[i] };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

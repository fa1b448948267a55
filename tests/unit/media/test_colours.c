/* Source, converter and encoder together show the colours that FFmpeg shows. */
#include "media/convert/converter.h"
#include "media/jpeg/jpeg.h"
#include "media/source/source.h"

#include "support/check.h"
#include "support/colour_clips.h"

static struct mr_source *open_source(const char *path)
{
    struct mr_source_options options = { .url = path };
    struct mr_source *source;
    struct mr_error error = { 0 };
    if (mr_source_open(&options, &source, &error) != 0)
        fail_msg("%s", error.text);
    return source;
}

static struct rgb_picture next_picture(struct mr_source *source, struct mr_converter *converter,
                                       struct mr_jpeg_encoder *encoder)
{
    struct mr_decoded decoded;
    struct mr_picture *picture;
    const uint8_t *jpeg;
    size_t size;
    assert_int_equal(mr_source_read(source, &decoded, NULL), 0);
    assert_int_equal(mr_converter_run(converter, &decoded, &picture, NULL), 0);
    assert_int_equal(mr_jpeg_encode(encoder, picture, COLOUR_CLIP_QUALITY, &jpeg, &size), 0);
    mr_picture_unref(&picture);
    return rgb_from_jpeg(jpeg, size);
}

static void check_clip(const struct colour_clip *clip)
{
    char path[CLIP_PATH];
    struct rgb_picture reference[COLOUR_CLIP_FRAMES];
    colour_clip_make(clip, path);
    colour_clip_reference(clip, path, reference);

    struct mr_source *source = open_source(path);
    struct mr_converter_options options = { .fit = MR_FIT_CONTAIN, .slots = 1 };
    struct mr_converter *converter;
    struct mr_jpeg_encoder *encoder;
    assert_int_equal(mr_converter_create(&options, &converter), 0);
    assert_int_equal(mr_jpeg_encoder_create(&encoder), 0);
    for (int i = 0; i < COLOUR_CLIP_FRAMES; i++) {
        struct rgb_picture picture = next_picture(source, converter, encoder);
        double psnr = rgb_psnr(&picture, &reference[i]);
        print_message("%s, frame %d: %.1f dB\n", clip->name, i, psnr);
        assert_true(psnr >= COLOUR_CLIP_PSNR);
        rgb_free(&picture);
        rgb_free(&reference[i]);
    }
    mr_jpeg_encoder_destroy(encoder);
    mr_converter_destroy(converter);
    mr_source_close(source);
}

static void shows_the_colours_that_ffmpeg_shows(void **state)
{
    (void)state;
    for (int i = 0; i < colour_clips_count; i++)
        check_clip(&colour_clips[i]);
}

RUN_TESTS(cmocka_unit_test(shows_the_colours_that_ffmpeg_shows))

/* A low rate limit spares the decoder frames, and nobody sees a difference: the same frames come out at
 * the same times, with the same pixels. */
#include "media/source/source.h"

#include "media/source/source_skip.h"
#include "stream/pacer.h"
#include "support/check.h"
#include "support/clip.h"

#include <libavutil/adler32.h>
#include <libavutil/frame.h>

#define MOST 200

struct output {
    int frames;  /* within the limit */
    int decoded; /* by the source */
    struct {
        int64_t pts_us;
        uint32_t sum;
    } frame[MOST];
};

static uint32_t sum_of(const AVFrame *frame)
{
    uint32_t sum = 1;
    for (int y = 0; y < frame->height; y++)
        sum = av_adler32_update(sum, frame->data[0] + y * frame->linesize[0], (size_t)frame->width);
    return sum;
}

/* What the stream's source thread does, for `seconds` of media time. */
static void play(const char *path, double fps, bool skipping, double seconds, struct output *output)
{
    struct mr_source_options options = { .url = path, .loop = true, .fps = skipping ? fps : 0 };
    struct mr_source *source;
    struct mr_decoded decoded;
    struct mr_error error;
    struct mr_pacer pacer;
    *output = (struct output){ 0 };
    if (mr_source_open(&options, &source, &error) != 0)
        fail_msg("%s", error.text);
    mr_pacer_init(&pacer, fps);
    mr_pacer_set_rate(&pacer, mr_source_info(source)->fps);
    for (;;) {
        if (mr_source_read(source, &decoded, &error) != 0)
            fail_msg("%s", error.text);
        if ((double)decoded.pts_us >= seconds * 1e6)
            break;
        output->decoded++;
        if (!mr_pacer_admit(&pacer, decoded.pts_us))
            continue;
        mr_source_skip_slot(source, mr_pacer_slot_us(&pacer));
        assert_true(output->frames < MOST);
        output->frame[output->frames].pts_us = decoded.pts_us;
        output->frame[output->frames++].sum = sum_of(decoded.frame);
    }
    assert_int_equal(mr_source_damaged(source), 0);
    mr_source_close(source);
}

struct kind {
    const char *name, *encoder;
    double most; /* of the frames that are decoded at 5 fps */
};

static const struct kind kinds[] = {
    { "ibbp", "libx264 -bf 2 -x264-params b-adapt=0:b-pyramid=none:log-level=none", 0.55 },
    { "pyramid", "libx264 -bf 3 -x264-params b-adapt=0:b-pyramid=normal:log-level=none", 0.7 },
    { "no-b", "libx264 -bf 0 -x264-params log-level=none", 1 },
    { "hevc", "libx265 -x265-params bframes=3:b-adapt=0:log-level=none", 0.75 },
};

static void make(const struct kind *kind, char path[CLIP_PATH])
{
    char name[64];
    snprintf(name, sizeof(name), "%s.mp4", kind->name);
    clip_path(name, path);
    clip_ffmpeg("-f lavfi -i testsrc2=size=160x96:rate=30:duration=11 -pix_fmt yuv420p "
                "-preset veryfast -g 60 -c:v %s %s",
                kind->encoder, path);
}

static void the_output_is_the_same(void **state)
{
    (void)state;
    static const double limits[] = { 5, 7, 12.5, 20, 0.5 };
    for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
        char path[CLIP_PATH];
        make(&kinds[k], path);
        for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
            static struct output plain, skipping;
            play(path, limits[i], false, 10, &plain);
            play(path, limits[i], true, 10, &skipping);
            assert_int_equal(plain.decoded, 300);
            if (plain.frames != skipping.frames)
                fail_msg("%s at %g fps: %d instead of %d frames", kinds[k].name, limits[i],
                         skipping.frames, plain.frames);
            assert_memory_equal(plain.frame, skipping.frame, sizeof(plain.frame));
            if (i == 0 && skipping.decoded > kinds[k].most * 300)
                fail_msg("%s: %d of 300 frames decoded", kinds[k].name, skipping.decoded);
        }
    }
}

/* Where a clip starts again its slots lie elsewhere in it. */
static void it_goes_on_over_the_end(void **state)
{
    (void)state;
    char path[CLIP_PATH];
    static struct output plain, skipping;
    make(&kinds[0], path);
    play(path, 4.3, false, 30, &plain);
    play(path, 4.3, true, 30, &skipping);
    assert_int_equal(skipping.frames, plain.frames);
    assert_memory_equal(plain.frame, skipping.frame, sizeof(plain.frame));
    assert_true(skipping.decoded < plain.decoded * 6 / 10);
}

RUN_TESTS(cmocka_unit_test(the_output_is_the_same), cmocka_unit_test(it_goes_on_over_the_end))

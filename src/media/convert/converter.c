#include "media/convert/converter.h"

#include "media/convert/placement.h"
#include "media/convert/scaler.h"
#include "media/convert/thaw.h"
#include "media/convert/unpack.h"
#include "media/ffmpeg/ffmpeg_log.h"
#include "media/jpeg/jpeg_planes.h"

#include <assert.h>
#include <errno.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

/* All of a decoded frame that the way to a picture depends on. */
struct key {
    int format, width, height;
    int colorspace, color_range, chroma_location;
    AVRational sample_aspect;
    struct mr_orientation orientation;
    bool jpeg; /* not decoded yet */
};

/* Source thread only. */
struct mr_converter {
    struct mr_converter_options options;
    struct key key; /* format -1: nothing is prepared */

    struct mr_geometry geometry;
    struct mr_layout layout;
    struct mr_size image; /* size of the image in the picture, before it is turned upright */
    bool as_is;           /* the planes are right already: no scaler */
    bool staged;          /* the scaler cannot write into the picture itself */
    struct mr_unpacker unpacker;
    struct mr_scaler scaler;
    struct mr_scratch stage;

    struct mr_jpeg_planes *decoder; /* NULL before the first JPEG */
    int divisor;                    /* of a JPEG's sides, when it is decoded */
    struct mr_thaw *thaw;           /* JPEGs need not be decoded; NULL: they must be */
    uint64_t damaged;

    struct mr_picture_pool *pool; /* NULL before the first frame */
    struct mr_size pool_size;
};

int mr_converter_create(const struct mr_converter_options *options, struct mr_converter **converter)
{
    mr_ffmpeg_log_install(); /* libswscale is talkative */
    *converter = calloc(1, sizeof(**converter));
    if (*converter == NULL)
        return -ENOMEM;
    (*converter)->options = *options;
    (*converter)->key.format = AV_PIX_FMT_NONE;
    return 0;
}

void mr_converter_destroy(struct mr_converter *converter)
{
    if (converter == NULL)
        return;
    mr_unpacker_finish(&converter->unpacker);
    mr_scaler_finish(&converter->scaler);
    mr_scratch_finish(&converter->stage);
    mr_jpeg_planes_destroy(converter->decoder);
    mr_thaw_unref(&converter->thaw);
    mr_picture_pool_destroy(converter->pool);
    free(converter);
}

static struct key key_of(const struct mr_decoded *decoded)
{
    const AVFrame *frame = decoded->frame;
    return (struct key){
        .format = frame->format,
        .width = frame->width,
        .height = frame->height,
        .colorspace = frame->colorspace,
        .color_range = frame->color_range,
        .chroma_location = frame->chroma_location,
        .sample_aspect = frame->sample_aspect_ratio,
        .orientation = { .rotation = decoded->rotation, .mirrored = decoded->mirrored },
        .jpeg = decoded->jpeg != NULL,
    };
}

static bool keys_equal(const struct key *a, const struct key *b)
{
    return a->format == b->format && a->width == b->width && a->height == b->height &&
           a->colorspace == b->colorspace && a->color_range == b->color_range &&
           a->chroma_location == b->chroma_location &&
           a->sample_aspect.num == b->sample_aspect.num &&
           a->sample_aspect.den == b->sample_aspect.den &&
           a->orientation.rotation == b->orientation.rotation &&
           a->orientation.mirrored == b->orientation.mirrored && a->jpeg == b->jpeg;
}

static void solve_geometry(struct mr_converter *converter, const struct key *key)
{
    struct mr_geometry_input input = {
        .width = key->width,
        .height = key->height,
        .sar_num = key->sample_aspect.num,
        .sar_den = key->sample_aspect.den,
        .rotation = key->orientation.rotation,
    };
    struct mr_geometry *geometry = &converter->geometry;
    *geometry = mr_geometry_solve(&input, converter->options.size, converter->options.fit);
    bool turned = key->orientation.rotation % 180 != 0;
    converter->image.width = (int)(turned ? geometry->to.height : geometry->to.width);
    converter->image.height = (int)(turned ? geometry->to.width : geometry->to.height);
}

/* Where an odd side's padding must lie for it to be on the right and at the bottom once upright:
 * pairs of pixels that share their chroma are counted from the top left. */
static struct mr_scaler_padding padding_of(struct mr_orientation orientation)
{
    int turn = orientation.rotation;
    return (struct mr_scaler_padding){ .left = (turn >= 180) != orientation.mirrored,
                                       .top = turn == 90 || turn == 180 };
}

static bool pairs_stay(const struct mr_layout *layout, struct mr_orientation orientation)
{
    struct mr_scaler_padding padding = padding_of(orientation);
    return (layout->width % 2 == 0 || !padding.left) && (layout->height % 2 == 0 || !padding.top);
}

static bool is_whole_and_unscaled(const struct mr_converter *converter)
{
    const struct mr_rect *from = &converter->geometry.from;
    return from->x == 0 && from->y == 0 && from->width == converter->image.width &&
           from->height == converter->image.height &&
           converter->layout.width == converter->image.width &&
           converter->layout.height == converter->image.height;
}

/* The pictures in use by others keep the old pool alive. */
static int prepare_pool(struct mr_converter *converter)
{
    struct mr_size size = converter->geometry.output;
    if (converter->options.slots == 0)
        return 0;
    if (converter->pool != NULL && converter->pool_size.width == size.width &&
        converter->pool_size.height == size.height)
        return 0;
    mr_picture_pool_destroy(converter->pool);
    converter->pool_size = size;
    return mr_picture_pool_create(MR_PICTURE_I420, size.width, size.height,
                                  converter->options.slots, &converter->pool);
}

static int prepare_stage(struct mr_converter *converter)
{
    int chroma_width = (converter->image.width + 1) / 2;
    int chroma_height = (converter->image.height + 1) / 2;
    const int width_bytes[] = { chroma_width * 2, chroma_width, chroma_width };
    const int rows[] = { chroma_height * 2, chroma_height, chroma_height };
    return mr_scratch_shape(&converter->stage, 3, width_bytes, rows);
}

/* zimg writes into the picture itself if the image lies upright and aligned there. */
static bool needs_stage(const struct mr_converter *converter, const struct key *key)
{
    return key->orientation.rotation != 0 || key->orientation.mirrored ||
           (int)converter->geometry.to.x % (2 * MR_PICTURE_ALIGNMENT) != 0;
}

/* Whether an input of this kind is its own output. */
static bool is_kept(const struct mr_converter *converter, const struct key *key)
{
    return key->jpeg && converter->options.keep_jpeg && is_whole_and_unscaled(converter) &&
           converter->geometry.output.width == key->width &&
           converter->geometry.output.height == key->height && key->orientation.rotation == 0 &&
           !key->orientation.mirrored;
}

/* The DCT does the first part of the scaling; zimg has the rest. */
static void reduce(struct mr_converter *converter)
{
    struct mr_rect *from = &converter->geometry.from;
    struct mr_layout *layout = &converter->layout;
    int divisor = mr_jpeg_divisor(from, converter->image);
    *from = (struct mr_rect){ from->x / divisor, from->y / divisor, from->width / divisor,
                              from->height / divisor };
    layout->width = (layout->width + divisor - 1) / divisor;
    layout->height = (layout->height + divisor - 1) / divisor;
    converter->divisor = divisor;
}

static int prepare_jpeg(struct mr_converter *converter, const struct key *key)
{
    if (converter->thaw != NULL)
        converter->damaged += mr_thaw_damaged(converter->thaw);
    mr_thaw_unref(&converter->thaw);
    if (!key->jpeg)
        return 0;
    int failed = converter->decoder == NULL ? mr_jpeg_planes_create(&converter->decoder) : 0;
    if (failed == 0 && is_kept(converter, key))
        failed = mr_thaw_create(converter->geometry.output, &converter->thaw);
    reduce(converter);
    return failed;
}

static int prepare(struct mr_converter *converter, const struct key *key, struct mr_error *error)
{
    solve_geometry(converter, key);
    int failed = prepare_jpeg(converter, key);
    if (failed)
        return failed;
    converter->as_is = mr_layout_is_jpeg(&converter->layout) && is_whole_and_unscaled(converter) &&
                       pairs_stay(&converter->layout, key->orientation);
    converter->staged = needs_stage(converter, key);
    failed = prepare_pool(converter);
    if (failed || converter->as_is)
        return failed;
    failed = mr_unpacker_configure(&converter->unpacker, &converter->layout);
    if (!failed)
        failed =
            mr_scaler_configure(&converter->scaler, &converter->layout, &converter->geometry.from,
                                converter->image, padding_of(key->orientation), error);
    if (!failed && converter->staged)
        failed = prepare_stage(converter);
    return failed;
}

static int configure(struct mr_converter *converter, const struct mr_decoded *decoded,
                     const struct key *key, struct mr_error *error)
{
    struct mr_error reason = { .text = "unknown to libswscale" };
    converter->key.format = AV_PIX_FMT_NONE;
    int failed = mr_layout_of(decoded->frame, &converter->layout);
    if (!failed)
        failed = prepare(converter, key, &reason);
    if (failed == -ENOTSUP) {
        const char *name = av_get_pix_fmt_name(key->format);
        return mr_error_set(error, failed, "pictures of format %s, %dx%d: %s",
                            name != NULL ? name : "unknown", key->width, key->height, reason.text);
    }
    if (failed)
        return mr_error_set(error, failed, "no memory for pictures of %dx%d: %s",
                            converter->geometry.output.width, converter->geometry.output.height,
                            strerror(-failed));
    converter->key = *key;
    return 0;
}

static int fill(struct mr_converter *converter, const AVFrame *frame, struct mr_picture *picture)
{
    const struct mr_rect *to = &converter->geometry.to;
    struct mr_planes planes;
    if (converter->as_is) {
        for (int i = 0; i < 3; i++) {
            planes.data[i] = frame->data[i];
            planes.stride_bytes[i] = frame->linesize[i];
        }
        mr_placement_put(&planes, converter->image, converter->key.orientation, picture, to);
        return 0;
    }
    int failed = mr_unpacker_run(&converter->unpacker, frame, &planes);
    if (failed)
        return failed;
    if (!converter->staged) {
        struct mr_planes target = mr_placement_planes(picture, to);
        return mr_scaler_run(&converter->scaler, &planes, &target);
    }
    failed = mr_scaler_run(&converter->scaler, &planes, &converter->stage.planes);
    if (!failed) {
        struct mr_size padded = { converter->image.width + converter->image.width % 2,
                                  converter->image.height + converter->image.height % 2 };
        mr_placement_put(&converter->stage.planes, padded, converter->key.orientation, picture, to);
    }
    return failed;
}

static int adapt(struct mr_converter *converter, const struct mr_decoded *decoded,
                 struct mr_error *error)
{
    struct key key = key_of(decoded);
    return keys_equal(&key, &converter->key) ? 0 : configure(converter, decoded, &key, error);
}

/* out: *frame: with its planes, reduced if it comes as JPEG */
static int decode(struct mr_converter *converter, const struct mr_decoded *decoded,
                  const AVFrame **frame)
{
    bool damaged = false;
    *frame = decoded->frame;
    if (decoded->jpeg == NULL)
        return 0;
    int failed = mr_jpeg_planes_decode(converter->decoder, decoded->jpeg, converter->divisor, frame,
                                       &damaged);
    converter->damaged += failed == 0 && damaged;
    return failed;
}

static int make(struct mr_converter *converter, const struct mr_decoded *decoded,
                struct mr_picture *picture, struct mr_error *error)
{
    const AVFrame *frame;
    int failed = decode(converter, decoded, &frame);
    if (!failed)
        failed = fill(converter, frame, picture);
    if (failed)
        return mr_error_set(error, failed, "converting a frame failed: %s", strerror(-failed));
    mr_placement_bars(picture, &converter->geometry.to);
    mr_picture_pad(picture);
    return 0;
}

int mr_converter_fill(struct mr_converter *converter, const struct mr_decoded *decoded,
                      struct mr_picture *picture, struct mr_error *error)
{
    int failed = adapt(converter, decoded, error);
    assert(failed || (picture->width == converter->geometry.output.width &&
                      picture->height == converter->geometry.output.height));
    return failed ? failed : make(converter, decoded, picture, error);
}

int mr_converter_run(struct mr_converter *converter, const struct mr_decoded *decoded,
                     struct mr_picture **picture, struct mr_error *error)
{
    *picture = NULL;
    int failed = adapt(converter, decoded, error);
    if (failed)
        return failed;
    struct mr_picture *taken = mr_picture_pool_take(converter->pool);
    if (taken == NULL)
        return -EAGAIN;

    if (converter->thaw != NULL && decoded->jpeg->header.passes)
        failed = mr_thaw_postpone(converter->thaw, decoded->jpeg, taken) < 0
                     ? mr_error_set(error, -ENOMEM, "no memory for a frame")
                     : 0;
    else
        failed = make(converter, decoded, taken, error);
    if (failed) {
        mr_picture_unref(&taken);
        return failed;
    }
    taken->pts_us = decoded->pts_us;
    taken->captured_us = decoded->captured_us;
    taken->recorded = mr_blob_ref(decoded->recorded);
    *picture = taken;
    return 0;
}

uint64_t mr_converter_damaged(const struct mr_converter *converter)
{
    uint64_t later = converter->thaw != NULL ? mr_thaw_damaged(converter->thaw) : 0;
    return converter->damaged + later;
}

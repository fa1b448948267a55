#include "media/convert/conversion.h"

#include "media/convert/placement.h"
#include "media/convert/scaler.h"
#include "media/convert/unpacker.h"
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

struct mr_conversion {
    /* immutable */
    struct mr_size wish;
    enum mr_fit fit;

    /* the caller's thread only */
    struct key key; /* format -1: nothing is prepared */

    struct mr_geometry geometry;
    struct mr_layout layout;
    struct mr_size image; /* size of the image in the picture, before it is turned upright */
    bool as_is;           /* the planes are right already: no scaler */
    bool same;            /* a JPEG that is its own output */
    bool staged;          /* the scaler cannot write into the picture itself */
    struct mr_unpacker unpacker;
    struct mr_scaler scaler;
    struct mr_scratch stage;

    struct mr_jpeg_planes *decoder; /* NULL before the first JPEG */
    int divisor;                    /* of a JPEG's sides, when it is decoded */
    uint64_t damaged;
};

int mr_conversion_create(struct mr_size wish, enum mr_fit fit, struct mr_conversion **conversion)
{
    mr_ffmpeg_log_install(); /* libswscale is talkative */
    *conversion = calloc(1, sizeof(**conversion));
    if (*conversion == NULL)
        return -ENOMEM;
    (*conversion)->wish = wish;
    (*conversion)->fit = fit;
    (*conversion)->key.format = AV_PIX_FMT_NONE;
    return 0;
}

void mr_conversion_destroy(struct mr_conversion *conversion)
{
    if (conversion == NULL)
        return;
    mr_unpacker_finish(&conversion->unpacker);
    mr_scaler_finish(&conversion->scaler);
    mr_planes_finish_scratch(&conversion->stage);
    mr_jpeg_planes_destroy(conversion->decoder);
    free(conversion);
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

static void solve_geometry(struct mr_conversion *conversion, const struct key *key)
{
    struct mr_geometry_input input = {
        .width = key->width,
        .height = key->height,
        .sar_num = key->sample_aspect.num,
        .sar_den = key->sample_aspect.den,
        .rotation = key->orientation.rotation,
    };
    struct mr_geometry *geometry = &conversion->geometry;
    *geometry = mr_geometry_solve(&input, conversion->wish, conversion->fit);
    bool turned = key->orientation.rotation % 180 != 0;
    conversion->image.width = (int)(turned ? geometry->to.height : geometry->to.width);
    conversion->image.height = (int)(turned ? geometry->to.width : geometry->to.height);
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

static bool is_whole_and_unscaled(const struct mr_conversion *conversion)
{
    const struct mr_rect *from = &conversion->geometry.from;
    return from->x == 0 && from->y == 0 && from->width == conversion->image.width &&
           from->height == conversion->image.height &&
           conversion->layout.width == conversion->image.width &&
           conversion->layout.height == conversion->image.height;
}

static int prepare_stage(struct mr_conversion *conversion)
{
    int chroma_width = (conversion->image.width + 1) / 2;
    int chroma_height = (conversion->image.height + 1) / 2;
    const int width_bytes[] = { chroma_width * 2, chroma_width, chroma_width };
    const int rows[] = { chroma_height * 2, chroma_height, chroma_height };
    return mr_planes_shape_scratch(&conversion->stage, 3, width_bytes, rows);
}

/* zimg writes into the picture itself if the image lies upright and aligned there. */
static bool needs_stage(const struct mr_conversion *conversion, const struct key *key)
{
    return key->orientation.rotation != 0 || key->orientation.mirrored ||
           (int)conversion->geometry.to.x % (2 * MR_PICTURE_ALIGNMENT) != 0;
}

/* Whether a JPEG of this kind is its own output. */
static bool is_same(const struct mr_conversion *conversion, const struct key *key)
{
    return key->jpeg && is_whole_and_unscaled(conversion) &&
           conversion->geometry.output.width == key->width &&
           conversion->geometry.output.height == key->height && key->orientation.rotation == 0 &&
           !key->orientation.mirrored;
}

/* The DCT does the first part of the scaling; zimg has the rest. */
static void reduce(struct mr_conversion *conversion)
{
    struct mr_rect *from = &conversion->geometry.from;
    struct mr_layout *layout = &conversion->layout;
    int divisor = mr_jpeg_planes_divisor(from, conversion->image);
    *from = (struct mr_rect){ from->x / divisor, from->y / divisor, from->width / divisor,
                              from->height / divisor };
    layout->width = (layout->width + divisor - 1) / divisor;
    layout->height = (layout->height + divisor - 1) / divisor;
    conversion->divisor = divisor;
}

static int prepare_jpeg(struct mr_conversion *conversion, const struct key *key)
{
    conversion->same = is_same(conversion, key);
    if (!key->jpeg)
        return 0;
    int failed = conversion->decoder == NULL ? mr_jpeg_planes_create(&conversion->decoder) : 0;
    reduce(conversion);
    return failed;
}

static int prepare(struct mr_conversion *conversion, const struct key *key, struct mr_error *error)
{
    solve_geometry(conversion, key);
    int failed = prepare_jpeg(conversion, key);
    if (failed)
        return failed;
    conversion->as_is = mr_layout_is_jpeg(&conversion->layout) &&
                        is_whole_and_unscaled(conversion) &&
                        pairs_stay(&conversion->layout, key->orientation);
    conversion->staged = needs_stage(conversion, key);
    if (conversion->as_is)
        return 0;
    failed = mr_unpacker_configure(&conversion->unpacker, &conversion->layout);
    if (!failed)
        failed = mr_scaler_configure(&conversion->scaler, &conversion->layout,
                                     &conversion->geometry.from, conversion->image,
                                     padding_of(key->orientation), error);
    if (!failed && conversion->staged)
        failed = prepare_stage(conversion);
    return failed;
}

static int configure(struct mr_conversion *conversion, const struct mr_decoded *decoded,
                     const struct key *key, struct mr_error *error)
{
    struct mr_error reason = { .text = "unknown to libswscale" };
    conversion->key.format = AV_PIX_FMT_NONE;
    int failed = mr_layout_of(decoded->frame, &conversion->layout);
    if (!failed)
        failed = prepare(conversion, key, &reason);
    if (failed == -ENOTSUP) {
        const char *name = av_get_pix_fmt_name(key->format);
        return mr_error_set(error, failed, "pictures of format %s, %dx%d: %s",
                            name != NULL ? name : "unknown", key->width, key->height, reason.text);
    }
    if (failed)
        return mr_error_set(error, failed, "no memory for pictures of %dx%d: %s",
                            conversion->geometry.output.width, conversion->geometry.output.height,
                            strerror(-failed));
    conversion->key = *key;
    return 0;
}

static int fill(struct mr_conversion *conversion, const AVFrame *frame, struct mr_picture *picture)
{
    const struct mr_rect *to = &conversion->geometry.to;
    struct mr_planes planes;
    if (conversion->as_is) {
        for (int i = 0; i < 3; i++) {
            planes.data[i] = frame->data[i];
            planes.stride_bytes[i] = frame->linesize[i];
        }
        mr_placement_put(&planes, conversion->image, conversion->key.orientation, picture, to);
        return 0;
    }
    int failed = mr_unpacker_run(&conversion->unpacker, frame, &planes);
    if (failed)
        return failed;
    if (!conversion->staged) {
        struct mr_planes target = mr_placement_planes(picture, to);
        return mr_scaler_run(&conversion->scaler, &planes, &target);
    }
    failed = mr_scaler_run(&conversion->scaler, &planes, &conversion->stage.planes);
    if (!failed) {
        struct mr_size padded = { conversion->image.width + conversion->image.width % 2,
                                  conversion->image.height + conversion->image.height % 2 };
        mr_placement_put(&conversion->stage.planes, padded, conversion->key.orientation, picture,
                         to);
    }
    return failed;
}

int mr_conversion_adapt(struct mr_conversion *conversion, const struct mr_decoded *decoded,
                        bool *changed, struct mr_error *error)
{
    struct key key = key_of(decoded);
    *changed = !keys_equal(&key, &conversion->key);
    return *changed ? configure(conversion, decoded, &key, error) : 0;
}

/* out: *frame: with its planes, reduced if it comes as JPEG */
static int decode(struct mr_conversion *conversion, const struct mr_decoded *decoded,
                  const AVFrame **frame)
{
    bool damaged = false;
    *frame = decoded->frame;
    if (decoded->jpeg == NULL)
        return 0;
    int failed = mr_jpeg_planes_decode(conversion->decoder, decoded->jpeg, conversion->divisor,
                                       frame, &damaged);
    conversion->damaged += failed == 0 && damaged;
    return failed;
}

int mr_conversion_run(struct mr_conversion *conversion, const struct mr_decoded *decoded,
                      struct mr_picture *picture, struct mr_error *error)
{
    const AVFrame *frame;
    assert(picture->width == conversion->geometry.output.width &&
           picture->height == conversion->geometry.output.height);
    int failed = decode(conversion, decoded, &frame);
    if (!failed)
        failed = fill(conversion, frame, picture);
    if (failed)
        return mr_error_set(error, failed, "converting a frame failed: %s", strerror(-failed));
    mr_placement_bars(picture, &conversion->geometry.to);
    mr_picture_pad(picture);
    return 0;
}

struct mr_size mr_conversion_output(const struct mr_conversion *conversion)
{
    return conversion->geometry.output;
}

bool mr_conversion_is_same(const struct mr_conversion *conversion)
{
    return conversion->same;
}

uint64_t mr_conversion_damaged(const struct mr_conversion *conversion)
{
    return conversion->damaged;
}

#include "media/convert/converter.h"

#include "media/convert/conversion.h"
#include "media/convert/flatten.h"
#include "media/convert/thaw.h"
#include "media/jpeg/jpeg_header.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <stdlib.h>
#include <string.h>

/* Source thread only. */
struct mr_converter {
    struct mr_converter_options options;
    struct mr_conversion *conversion;
    struct mr_flatten *flatten;
    bool prepared;          /* pool and thaw suit what the conversion makes */
    struct mr_thaw *thaw;   /* JPEGs need not be decoded; NULL: they must be */
    uint64_t damaged_later; /* frames of earlier thaws that were damaged */

    struct mr_picture_pool *pool; /* NULL before the first frame */
    struct mr_size pool_size;
};

int mr_converter_create(const struct mr_converter_options *options, struct mr_converter **converter)
{
    *converter = calloc(1, sizeof(**converter));
    if (*converter == NULL)
        return -ENOMEM;
    (*converter)->options = *options;
    (*converter)->flatten = mr_flatten_create(options->background);
    int failed = (*converter)->flatten == NULL
                     ? -ENOMEM
                     : mr_conversion_create(options->size, options->fit, &(*converter)->conversion);
    if (failed) {
        mr_converter_destroy(*converter);
        *converter = NULL;
    }
    return failed;
}

void mr_converter_destroy(struct mr_converter *converter)
{
    if (converter == NULL)
        return;
    mr_conversion_destroy(converter->conversion);
    mr_flatten_destroy(converter->flatten);
    mr_thaw_unref(&converter->thaw);
    mr_picture_pool_destroy(converter->pool);
    free(converter);
}

/* The pictures in use by others keep the old pool alive. */
static int prepare_pool(struct mr_converter *converter)
{
    struct mr_size size = mr_conversion_output(converter->conversion);
    if (converter->pool != NULL && converter->pool_size.width == size.width &&
        converter->pool_size.height == size.height)
        return 0;
    mr_picture_pool_destroy(converter->pool);
    converter->pool_size = size;
    return mr_picture_pool_create(MR_PICTURE_I420, size.width, size.height,
                                  converter->options.slots, &converter->pool);
}

static int prepare_thaw(struct mr_converter *converter)
{
    if (converter->thaw != NULL)
        converter->damaged_later += mr_thaw_damaged(converter->thaw);
    mr_thaw_unref(&converter->thaw);
    if (!converter->options.keep_jpeg || !mr_conversion_is_same(converter->conversion))
        return 0;
    return mr_thaw_create(mr_conversion_output(converter->conversion), &converter->thaw);
}

static int adapt(struct mr_converter *converter, const struct mr_decoded *decoded,
                 struct mr_error *error)
{
    bool changed;
    int failed = mr_conversion_adapt(converter->conversion, decoded, &changed, error);
    converter->prepared = converter->prepared && !changed;
    if (failed || converter->prepared)
        return failed;
    failed = prepare_thaw(converter);
    if (!failed)
        failed = prepare_pool(converter);
    converter->prepared = !failed;
    struct mr_size size = mr_conversion_output(converter->conversion);
    return failed ? mr_error_set(error, failed, "no memory for pictures of %dx%d: %s", size.width,
                                 size.height, strerror(-failed))
                  : 0;
}

/* Fill the picture, now or when somebody asks for its planes. */
static int convert_frame(struct mr_converter *converter, const struct mr_decoded *decoded,
                         struct mr_picture *picture, struct mr_error *error)
{
    if (converter->thaw == NULL || !decoded->jpeg->header.passes)
        return mr_conversion_run(converter->conversion, decoded, picture, error);
    return mr_thaw_postpone(converter->thaw, decoded->jpeg, picture) < 0
               ? mr_error_set(error, -ENOMEM, "no memory for a frame")
               : 0;
}

/* out: *flat: the frame as it is to be converted */
static int flatten(struct mr_converter *converter, const struct mr_decoded *decoded,
                   struct mr_decoded *flat, struct mr_error *error)
{
    *flat = *decoded;
    if (decoded->jpeg != NULL)
        return 0;
    int failed = mr_flatten_run(converter->flatten, decoded->frame, &flat->frame);
    return failed ? mr_error_set(error, failed, "a transparent picture of %dx%d: %s",
                                 decoded->frame->width, decoded->frame->height, strerror(-failed))
                  : 0;
}

int mr_converter_run(struct mr_converter *converter, const struct mr_decoded *given,
                     struct mr_picture **picture, struct mr_error *error)
{
    struct mr_decoded flat;
    const struct mr_decoded *decoded = &flat;
    *picture = NULL;
    int failed = flatten(converter, given, &flat, error);
    if (!failed)
        failed = adapt(converter, decoded, error);
    if (failed)
        return failed;
    struct mr_picture *taken = mr_picture_pool_take(converter->pool);
    if (taken == NULL)
        return -EAGAIN;

    failed = convert_frame(converter, decoded, taken, error);
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
    return mr_conversion_damaged(converter->conversion) + converter->damaged_later + later;
}

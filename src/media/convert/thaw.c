#include "media/convert/thaw.h"

#include "media/convert/conversion.h"
#include "media/jpeg/jpeg_planes.h"
#include "media/picture/picture.h"

#include <errno.h>
#include <libavutil/frame.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct mr_thaw {
    atomic_uint references;
    atomic_uint_fast64_t damaged;
    atomic_bool
        needed; /* the last picture was: the next ones are filled at once, by the source thread,
                           which has time while the script works on the one before */
    pthread_mutex_t lock; /* held by the thread that fills a picture */
    /* protected by lock */
    struct mr_conversion *conversion;
    AVFrame *shape;
};

/* The JPEG that a pending picture holds. */
struct frozen {
    struct mr_thaw *thaw; /* a reference */
    struct mr_blob *blob; /* a reference */
    struct mr_jpeg_frame jpeg;
};

int mr_thaw_create(struct mr_size size, struct mr_thaw **out)
{
    struct mr_thaw *thaw = calloc(1, sizeof(*thaw));
    *out = NULL;
    if (thaw == NULL)
        return -ENOMEM;
    atomic_init(&thaw->references, 1);
    pthread_mutex_init(&thaw->lock, NULL);
    thaw->shape = av_frame_alloc();
    if (thaw->shape == NULL || mr_conversion_create(size, MR_FIT_STRETCH, &thaw->conversion) < 0)
        mr_thaw_unref(&thaw);
    *out = thaw;
    return thaw != NULL ? 0 : -ENOMEM;
}

void mr_thaw_unref(struct mr_thaw **held)
{
    struct mr_thaw *thaw = *held;
    *held = NULL;
    if (thaw == NULL || atomic_fetch_sub_explicit(&thaw->references, 1, memory_order_acq_rel) != 1)
        return;
    mr_conversion_destroy(thaw->conversion);
    av_frame_free(&thaw->shape);
    pthread_mutex_destroy(&thaw->lock);
    free(thaw);
}

uint64_t mr_thaw_damaged(const struct mr_thaw *thaw)
{
    return atomic_load_explicit(&thaw->damaged, memory_order_relaxed);
}

static void fill_grey(struct mr_picture *picture)
{
    int rows = (picture->height + 1) / 2;
    for (int i = 0; i < 3; i++)
        memset(picture->plane[i], 128,
               (size_t)picture->stride_bytes[i] * (size_t)(i == 0 ? rows * 2 : rows));
}

static void fill_thawed(void *opaque, struct mr_picture *picture)
{
    struct frozen *frozen = opaque;
    struct mr_thaw *thaw = frozen->thaw;
    struct mr_error error;
    bool changed;
    const struct mr_decoded decoded = { .frame = thaw->shape, .jpeg = &frozen->jpeg };
    pthread_mutex_lock(&thaw->lock);
    uint64_t damaged = mr_conversion_damaged(thaw->conversion);
    mr_jpeg_planes_describe(&frozen->jpeg.header, 1, 0, 1, thaw->shape);
    bool failed = mr_conversion_adapt(thaw->conversion, &decoded, &changed, &error) < 0 ||
                  mr_conversion_run(thaw->conversion, &decoded, picture, &error) < 0;
    bool incomplete = failed || mr_conversion_damaged(thaw->conversion) != damaged;
    pthread_mutex_unlock(&thaw->lock);
    if (failed)
        fill_grey(picture);
    if (incomplete)
        atomic_fetch_add_explicit(&thaw->damaged, 1, memory_order_relaxed);
}

static void forget(void *opaque, bool asked)
{
    struct frozen *frozen = opaque;
    atomic_store_explicit(&frozen->thaw->needed, asked, memory_order_relaxed);
    mr_thaw_unref(&frozen->thaw);
    mr_blob_unref(&frozen->blob);
    free(frozen);
}

int mr_thaw_postpone(struct mr_thaw *thaw, const struct mr_jpeg_frame *jpeg,
                     struct mr_picture *picture)
{
    struct frozen *frozen = calloc(1, sizeof(*frozen));
    if (frozen == NULL)
        return -ENOMEM;
    atomic_fetch_add_explicit(&thaw->references, 1, memory_order_relaxed);
    frozen->thaw = thaw;
    frozen->blob = mr_jpeg_header_blob(jpeg);
    frozen->jpeg.header = jpeg->header;
    int result = -ENOMEM;
    if (frozen->blob != NULL) {
        frozen->jpeg.bytes = frozen->blob->data;
        frozen->jpeg.header.tables_at = 0;
        frozen->jpeg.header.size_bytes = frozen->blob->size;
        result = mr_picture_postpone(picture, &(struct mr_pending_options){ .jpeg = frozen->blob,
                                                                            .fill = fill_thawed,
                                                                            .forget = forget,
                                                                            .opaque = frozen });
    }
    if (result < 0)
        forget(frozen, false);
    else if (atomic_load_explicit(&thaw->needed, memory_order_relaxed))
        mr_picture_prepare(picture);
    return result;
}

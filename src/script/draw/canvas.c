#include "script/draw/canvas.h"

#include "media/convert/converter.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct mr_canvases {
    pthread_mutex_t lock;
    /* protected by lock */
    struct mr_picture_pool *pool;
    int width, height;
    bool lends;
    struct mr_picture *lent; /* not yet given out */
};

struct mr_canvases *mr_canvases_create(void)
{
    struct mr_canvases *canvases = calloc(1, sizeof(*canvases));
    if (canvases != NULL)
        pthread_mutex_init(&canvases->lock, NULL);
    return canvases;
}

void mr_canvases_destroy(struct mr_canvases *canvases)
{
    if (canvases == NULL)
        return;
    mr_picture_pool_destroy(canvases->pool);
    mr_picture_unref(&canvases->lent);
    pthread_mutex_destroy(&canvases->lock);
    free(canvases);
}

void mr_canvases_lend(struct mr_canvases *canvases, struct mr_picture *picture)
{
    pthread_mutex_lock(&canvases->lock);
    struct mr_picture *before = canvases->lent;
    canvases->lends = true;
    canvases->lent = picture;
    pthread_mutex_unlock(&canvases->lock);
    mr_picture_unref(&before);
}

static struct mr_picture *take_lent(struct mr_canvases *canvases, int width, int height)
{
    struct mr_picture *picture = canvases->lent;
    if (picture == NULL || picture->width != width || picture->height != height)
        return NULL;
    canvases->lent = NULL;
    return picture;
}

static struct mr_picture *take_locked(struct mr_canvases *canvases, int width, int height)
{
    if (canvases->lends)
        return take_lent(canvases, width, height);
    if (canvases->pool == NULL || canvases->width != width || canvases->height != height) {
        struct mr_picture_pool *pool;
        if (mr_picture_pool_create(MR_PICTURE_BGRX, width, height, MR_CANVAS_SLOTS, &pool) < 0)
            return NULL;
        mr_picture_pool_destroy(canvases->pool);
        canvases->pool = pool;
        canvases->width = width;
        canvases->height = height;
    }
    return mr_picture_pool_take(canvases->pool);
}

struct mr_picture *mr_canvases_take(struct mr_canvases *canvases, int width, int height)
{
    pthread_mutex_lock(&canvases->lock);
    struct mr_picture *picture = take_locked(canvases, width, height);
    pthread_mutex_unlock(&canvases->lock);
    return picture;
}

static void copy_rows(const struct mr_picture *source, struct mr_picture *target)
{
    for (int y = 0; y < source->height; y++)
        memcpy(target->plane[0] + (size_t)y * target->stride_bytes[0],
               source->plane[0] + (size_t)y * source->stride_bytes[0], (size_t)source->width * 4);
}

struct mr_picture *mr_canvases_copy(struct mr_canvases *canvases, const struct mr_picture *source)
{
    struct mr_picture *picture = mr_canvases_take(canvases, source->width, source->height);
    if (picture == NULL)
        return NULL;
    if (source->format == MR_PICTURE_BGRX)
        copy_rows(source, picture);
    else
        mr_bgrx_from_picture(source, picture);
    picture->seq = source->seq;
    picture->pts_us = source->pts_us;
    picture->captured_us = source->captured_us;
    return picture;
}

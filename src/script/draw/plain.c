#include "script/draw/plain.h"

#include <stdbool.h>

static bool draw(struct mr_picture *picture, mr_plain_paint *paint, void *opaque)
{
    cairo_surface_t *surface =
        cairo_image_surface_create_for_data(picture->plane[0], CAIRO_FORMAT_RGB24, picture->width,
                                            picture->height, picture->stride_bytes[0]);
    cairo_t *cairo = cairo_create(surface);
    paint(opaque, cairo);
    cairo_surface_flush(surface);
    bool painted = cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return painted;
}

struct mr_picture *mr_plain_make(struct mr_canvases *canvases, const struct mr_plain *plain,
                                 mr_plain_paint *paint, void *opaque)
{
    struct mr_picture *picture = mr_canvases_take(canvases, plain->width, plain->height);
    if (picture == NULL)
        return NULL;
    if (!draw(picture, paint, opaque)) {
        mr_picture_unref(&picture);
        return NULL;
    }
    picture->seq = plain->seq;
    picture->pts_us = plain->pts_us;
    picture->captured_us = plain->captured_us;
    return picture;
}

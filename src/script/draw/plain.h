/* Pictures that the host paints itself, in place of a frame: blank.h and notice.h. */
#ifndef MR_SCRIPT_PLAIN_H
#define MR_SCRIPT_PLAIN_H

#include "media/picture/picture.h"
#include "script/draw/canvas.h"

#include <cairo.h>

/* The numbers and times of a picture, and its size. */
struct mr_plain {
    int width, height;
    uint64_t seq;
    int64_t pts_us, captured_us;
};

/* Paint all of it: what was in the memory may be an older frame. */
typedef void mr_plain_paint(void *opaque, cairo_t *cairo);

/* return: the picture with one reference, the caller's; NULL when there is no memory
 * thread: that of the canvases */
struct mr_picture *mr_plain_make(struct mr_canvases *canvases, const struct mr_plain *plain,
                                 mr_plain_paint *paint, void *opaque);

#endif

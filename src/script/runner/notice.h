/* The picture that viewers see while there are no frames: dark, with a sign, "no signal" and the
 * reason. One a stream; used by its script thread. */
#ifndef MR_SCRIPT_NOTICE_H
#define MR_SCRIPT_NOTICE_H

#include "media/picture/picture.h"
#include "script/draw/canvas.h"

#define MR_NOTICE_REASON_MAX 1024

/* A notice for the time without frames. */
struct mr_notice {
    int width, height;
    uint64_t seq;
    int64_t pts_us, captured_us;
    char reason[MR_NOTICE_REASON_MAX];
};

struct mr_notice_painter;

/* return: the painter; NULL when out of memory */
struct mr_notice_painter *mr_notice_painter_create(void);
void mr_notice_painter_destroy(struct mr_notice_painter *painter); /* takes NULL */

/* return: the picture with one reference, the caller's; NULL when there is no memory */
struct mr_picture *mr_notice_paint(struct mr_notice_painter *painter, struct mr_canvases *canvases,
                                   const struct mr_notice *notice);

/* return: the payload of a notice, {"signal":false,"reason":…}, malloc'd; NULL when there is no memory
 * out:    *size: without the 0 at its end */
char *mr_notice_make_payload(const struct mr_notice *notice, size_t *size);

#endif

/* From a decoded frame to planes that zimg can read: aligned, low bits, sides padded to whole
 * chroma samples. Planes that are so already are passed on without a copy; packed formats are taken
 * apart by libyuv, foreign ones by libswscale. Private to src/media; one thread. */
#ifndef MR_MEDIA_UNPACKER_H
#define MR_MEDIA_UNPACKER_H

#include "media/convert/layout.h"
#include "media/picture/planes.h"

struct SwsContext;

/* Zero-initialised is empty. */
struct mr_unpacker {
    struct mr_layout layout;
    struct mr_scratch scratch;
    struct SwsContext *sws; /* foreign frames only */
};

/* Prepare for frames of this layout.
 * return: 0; -ENOMEM; -ENOTSUP libswscale refuses the format */
int mr_unpacker_configure(struct mr_unpacker *unpacker, const struct mr_layout *layout);
void mr_unpacker_finish(struct mr_unpacker *unpacker);

/* in:     frame of the configured layout, borrowed
 * out:    *planes: into the frame or scratch memory, valid until either changes; read only
 * return: 0; -EIO libswscale failed */
int mr_unpacker_run(struct mr_unpacker *unpacker, const struct AVFrame *frame,
                    struct mr_planes *planes);

#endif

/* The user's name of a source ("-", "test:", "lavfi:…", /dev/video0, a file, a URL) in FFmpeg's
 * terms. Private to src/media. */
#ifndef MR_MEDIA_LOCATOR_H
#define MR_MEDIA_LOCATOR_H

#include "base/error.h"
#include "media/source/input_options.h"

#include <libavutil/pixfmt.h>
#include <stdbool.h>

struct mr_row;

struct mr_locator {
    char *url;                 /* what avformat_open_input is given; malloc'd */
    const char *format;        /* FFmpeg's input format to force, or NULL: found by looking */
    int fd;                    /* read from this descriptor instead of the url; -1: none */
    bool fd_given;             /* there was one, whoever has it now */
    bool device;               /* `format` is one of libavdevice's */
    bool live;                 /* … and delivers at its own pace */
    bool camera;               /* … as a V4L2 device */
    const char *camera_format; /* … in this pixel format or codec, or NULL: any; the wish's */
    struct mr_row *
        row; /* a row of picture files, of which `url` is the first; NULL: none. The taker sets it to NULL */
    enum AVColorSpace matrix; /* of YUV that does not say its matrix */
};

/* Look at `source` and, for standard input and FIFOs, open it (a FIFO without waiting for a
 * writer).
 * in:     wish: its format is looked at, and must outlive the locator
 * out:    *locator, to be finished; empty on error
 * return: 0; -EISDIR, -EINVAL or -ENOENT with *error; -ENOMEM; -errno */
int mr_locator_init(struct mr_locator *locator, const char *source,
                    const struct mr_input_options *wish, struct mr_error *error);

/* Free what it still holds; a descriptor that was taken over is set to -1 by the taker. */
void mr_locator_finish(struct mr_locator *locator);

#endif

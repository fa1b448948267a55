/* The picture in place of a frame on which the script failed. With `hold` and `blank` the frame itself
 * must never be seen: where there is no memory for anything else, nothing is sent.
 *
 * The memory of the runner; used by the script thread only. */
#ifndef MR_SCRIPT_FALLBACK_H
#define MR_SCRIPT_FALLBACK_H

#include "script/draw/blank.h"
#include "script/draw/canvas.h"
#include "script/runner/runner_options.h"
#include "script/runner/script_result.h"

struct mr_fallback {
    /* immutable */
    enum mr_on_error on_error;
    struct mr_canvases *canvases; /* borrowed */
    struct mr_blank *blank;
    /* script thread only */
    struct mr_picture *held; /* the last good picture, for MR_ON_ERROR_HOLD */
};

/* in:     canvases: borrowed, outlives *fallback
 * return: 0; -ENOMEM, and mr_fallback_finish may be called all the same */
int mr_fallback_init(struct mr_fallback *fallback, enum mr_on_error on_error,
                     struct mr_canvases *canvases);
void mr_fallback_finish(struct mr_fallback *fallback);

/* Remember a picture that the script made, in case that it is to be held: a reference is taken. */
void mr_fallback_keep(struct mr_fallback *fallback, struct mr_picture *picture);

/* Choose the picture in place of a frame on which the script failed.
 * in:     picture: the frame as it came, borrowed; message: what went wrong
 * out:    *result: picture (a reference), skip
 * thread: the script thread */
void mr_fallback_choose(struct mr_fallback *fallback, struct mr_picture *picture,
                        const char *message, struct mr_script_result *result);

#endif

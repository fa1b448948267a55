/* How the user wants an input to be opened. Plain data. */
#ifndef MR_MEDIA_INPUT_OPTIONS_H
#define MR_MEDIA_INPUT_OPTIONS_H

#include "media/picture/geometry.h"

#include <stddef.h>

/* Whether an input arrives at its own pace, as far as the user knows. */
enum mr_input_live {
    MR_INPUT_LIVE_LOOK, /* found by looking */
    MR_INPUT_LIVE_YES,
    MR_INPUT_LIVE_NO,
};

/* Facts that an input does not tell about itself, and how it is to be opened. */
struct mr_input_options {
    /* FFmpeg's name of a demuxer or device, or of a camera's pixel format or codec (as "mjpeg",
     * "yuyv422"); NULL: found by looking */
    const char *format;
    struct mr_size size; /* of a camera or raw video; {0,0}: the input's choice */
    double fps;          /* of a camera, raw video or a row of pictures; 0: the input's choice */
    enum mr_input_live live;
    const char *const *option; /* more of FFmpeg's options, each "key=value" */
    size_t option_count;
};

/* in:     from, borrowed for this call
 * out:    *to, a copy with strings of its own, to be finished; empty on error
 * return: 0; -ENOMEM */
int mr_input_options_copy(struct mr_input_options *to, const struct mr_input_options *from);

/* Free the strings of a copy and empty it. Takes an empty one. */
void mr_input_options_finish(struct mr_input_options *options);

#endif

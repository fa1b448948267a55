/* What viewers see of a frame on which the script failed. With `hold` and `blank` the frame itself
 * must never be seen: where there is no memory for anything else, nothing is sent. */
#include "script/runner/runner_private.h"

#include <string.h>

/* The last good picture with this frame's numbers. Held pictures are shared and stay as they are.
 */
static struct mr_picture *hold(struct mr_runner *runner, const struct mr_picture *picture)
{
    struct mr_picture *copy = mr_canvases_copy(runner->canvases, runner->held);
    if (copy == NULL)
        return NULL;
    copy->seq = picture->seq;
    copy->pts_us = picture->pts_us;
    copy->captured_us = picture->captured_us;
    return copy;
}

static struct mr_picture *substitute(struct mr_runner *runner, struct mr_picture *picture,
                                     const char *message)
{
    switch (runner->options.on_error) {
    case MR_ON_ERROR_PASS:
        return mr_picture_ref(picture);
    case MR_ON_ERROR_HOLD:
        if (runner->held != NULL)
            return hold(runner, picture);
        break;
    case MR_ON_ERROR_BLANK:
        break;
    }
    return mr_blank_make(runner->blank, runner->canvases, picture, message);
}

void mr_runner_fall_back(struct mr_runner *runner, struct mr_picture *picture, const char *message,
                         struct mr_script_result *result)
{
    result->picture = substitute(runner, picture, message);
    if (result->picture == NULL) {
        result->picture = mr_picture_ref(picture);
        result->skip = true;
    }
    result->payload = strdup("null");
    result->payload_size = strlen("null");
    result->error = strdup(message);
    result->quality = runner->options.quality;
}

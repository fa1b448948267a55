#include "script/runner/fallback.h"

#include "media/pixels/layers.h"

#include <errno.h>

int mr_fallback_init(struct mr_fallback *fallback, enum mr_on_error on_error,
                     struct mr_canvases *canvases)
{
    *fallback = (struct mr_fallback){ .on_error = on_error, .canvases = canvases };
    fallback->blank = mr_blank_create();
    return fallback->blank != NULL ? 0 : -ENOMEM;
}

void mr_fallback_finish(struct mr_fallback *fallback)
{
    mr_picture_unref(&fallback->held);
    mr_blank_destroy(fallback->blank);
    fallback->blank = NULL;
}

void mr_fallback_keep(struct mr_fallback *fallback, struct mr_picture *picture)
{
    if (fallback->on_error != MR_ON_ERROR_HOLD)
        return;
    mr_layers_complete(picture); /* what is under it is not to be held as well */
    mr_picture_unref(&fallback->held);
    fallback->held = mr_picture_ref(picture);
}

/* The last good picture with this frame's numbers. Held pictures are shared and stay as they are. */
static struct mr_picture *hold(struct mr_fallback *fallback, const struct mr_picture *picture)
{
    struct mr_picture *copy = mr_canvases_copy(fallback->canvases, fallback->held);
    if (copy == NULL)
        return NULL;
    copy->seq = picture->seq;
    copy->pts_us = picture->pts_us;
    copy->captured_us = picture->captured_us;
    return copy;
}

static struct mr_picture *substitute(struct mr_fallback *fallback, struct mr_picture *picture,
                                     const char *message)
{
    switch (fallback->on_error) {
    case MR_ON_ERROR_PASS:
        return mr_picture_ref(picture);
    case MR_ON_ERROR_HOLD:
        if (fallback->held != NULL)
            return hold(fallback, picture);
        break;
    case MR_ON_ERROR_BLANK:
        break;
    }
    return mr_blank_make(fallback->blank, fallback->canvases, picture, message);
}

void mr_fallback_choose(struct mr_fallback *fallback, struct mr_picture *picture,
                        const char *message, struct mr_script_result *result)
{
    result->picture = substitute(fallback, picture, message);
    if (result->picture == NULL) {
        result->picture = mr_picture_ref(picture);
        result->skip = true;
    }
}

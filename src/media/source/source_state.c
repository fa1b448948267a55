#include "media/source/source_state.h"

#include "media/ffmpeg/ffmpeg_error.h"

#include <errno.h>
#include <libavutil/error.h>

void mr_source_state_damage(struct mr_source *source)
{
    atomic_fetch_add_explicit(&source->damaged, 1, memory_order_relaxed);
    source->damage_in_a_row++;
}

int mr_source_state_fail(const struct mr_source *source, int averror, struct mr_error *error)
{
    int code = mr_ffmpeg_error_code(averror);
    int over = mr_patience_why(&source->patience, code);
    if (over == -ETIMEDOUT)
        return mr_error_set(error, over, "\"%s\": no frame came for %.3g s", source->shown,
                            (double)source->patience.limit_us / 1e6);
    if (over != 0)
        return mr_error_set(error, -ECANCELED, "\"%s\": interrupted", source->shown);
    char reason[AV_ERROR_MAX_STRING_SIZE];
    av_strerror(averror, reason, sizeof(reason));
    return mr_error_set(error, code, "reading \"%s\" failed: %s", source->shown, reason);
}

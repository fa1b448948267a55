#include "media/source/source_frame.h"

#include "base/clock.h"
#include "media/source/source_skip.h"
#include "media/source/source_state.h"

#include <libavformat/avformat.h>

static int64_t next_pts_us(struct mr_source *source, int64_t stamp, int64_t duration)
{
    bool stamped = !source->still && !source->input.still && !source->input.untimed;
    return mr_timeline_next(&source->timeline, stamped ? stamp : AV_NOPTS_VALUE,
                            stamped ? duration : 0, source->info.live ? mr_clock_now_us() : 0);
}

/* Keep the first frame of what loops: it may be the only one. JPEG costs nothing to read again. */
static void keep_only(struct mr_source *source)
{
    if (source->frames_since_start <= 2)
        av_frame_unref(source->only);
    if (source->frames_since_start == 1 && source->loop && !source->input.live &&
        source->frame->buf[0] != NULL && av_frame_ref(source->only, source->frame) < 0)
        av_frame_unref(source->only);
}

void mr_source_frame_give(struct mr_source *source, int64_t stamp, int64_t duration,
                          struct mr_decoded *decoded)
{
    const AVFrame *frame = source->frame;
    source->damage_in_a_row = 0;
    source->frames_since_start++;
    source->frame_came = true;
    keep_only(source);

    struct mr_orientation orientation = source->input.orientation;
    const AVFrameSideData *matrix = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
    if (matrix != NULL)
        orientation = mr_orientation_from_matrix((const int32_t *)matrix->data, matrix->size);
    *decoded = (struct mr_decoded){
        .frame = frame,
        .pts_us = next_pts_us(source, stamp, duration),
        .captured_us = mr_clock_wall_us(),
        .rotation = orientation.rotation,
        .mirrored = orientation.mirrored,
        .recorded = mr_recorded_take(&source->recorded, stamp),
    };
    mr_source_skip_note(source, stamp, decoded->pts_us);
}

#include "media/source/source_frame.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/source/source_skip.h"
#include "media/source/source_state.h"

#include <libavformat/avformat.h>

/* A pipe holds a file if it has brought so much more media than time has passed. */
#define FASTER_US 2000000

static int64_t next_pts_us(struct mr_source *source, int64_t stamp, int64_t duration)
{
    bool stamped = !source->still && !source->input.still && !source->input.untimed;
    return mr_timeline_next(&source->timeline, stamped ? stamp : AV_NOPTS_VALUE,
                            stamped ? duration : 0, source->input.live ? mr_clock_now_us() : 0);
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

/* A pipe that was taken for live holds a file if it brings more media than time has passed. The rate that the user gave
 * counts for pictures without timestamps. */
static void judge_pace(struct mr_source *source, int64_t pts_us)
{
    if (!source->input.piped || !source->input.live || source->wish.live != MR_INPUT_LIVE_LOOK)
        return;
    int64_t now_us = mr_clock_now_us();
    if (source->pace_frames++ == 0) {
        source->pace_since_us = now_us;
        source->pace_from_us = pts_us;
    }
    int64_t media_us = pts_us - source->pace_from_us;
    if (source->input.untimed && source->wish.fps > 0)
        media_us = (int64_t)((double)source->pace_frames * 1e6 / source->wish.fps);
    if (media_us - (now_us - source->pace_since_us) < FASTER_US)
        return;
    mr_log(
        MR_LOG_INFO, "media",
        "\"%s\" comes faster than it plays, so it is taken for a file; --live yes says otherwise",
        source->shown);
    source->input.live = source->info.live = false;
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
    if (source->frames_since_start == 1)
        source->start_us = decoded->pts_us;
    judge_pace(source, decoded->pts_us);
    mr_source_skip_note(source, stamp, decoded->pts_us);
}

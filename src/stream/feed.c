#include "stream/feed.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/source/source_jpeg.h"
#include "media/source/source_skip.h"
#include "stream/ingest_private.h"
#include "stream/inlet.h"
#include "stream/phase.h"
#include "stream/rest.h"
#include "stream/signs.h"

#include <errno.h>

static void note_size(struct mr_stream *stream, const struct mr_picture *picture)
{
    pthread_mutex_lock(&stream->lock);
    bool changed = stream->width != picture->width || stream->height != picture->height;
    stream->width = picture->width;
    stream->height = picture->height;
    pthread_mutex_unlock(&stream->lock);
    if (changed)
        mr_log(MR_LOG_INFO, "stream", "%s: frames of %dx%d", stream->options.name, picture->width,
               picture->height);
}

/* With a decoder that knows more kinds of JPEG. return: as convert */
static int convert_otherwise(struct mr_ingest *ingest, const struct mr_decoded *decoded,
                             struct mr_picture **picture)
{
    struct mr_decoded other = *decoded;
    int result = mr_source_jpeg_decode(ingest->source, &other, &ingest->error);
    if (result == 0)
        return mr_converter_run(ingest->converter, &other, picture, &ingest->error);
    return result > 0 ? -EBADMSG : result;
}

/* return: 0, with a picture or, when none is free, without; -EBADMSG: the frame is damaged and was
 *         counted; -errno with ingest->error */
static int convert(struct mr_ingest *ingest, const struct mr_decoded *decoded,
                   struct mr_picture **picture)
{
    struct mr_stream *stream = ingest->stream;
    int64_t start_us = mr_clock_now_us();
    int result = mr_converter_run(ingest->converter, decoded, picture, &ingest->error);
    if (result == -EBADMSG)
        result = convert_otherwise(ingest, decoded, picture);
    mr_stats_stage(&stream->stats, MR_STAGE_CONVERT, mr_clock_now_us() - start_us);
    if (result == -EAGAIN)
        mr_stats_drop(&stream->stats, MR_DROP_POOL);
    return result == -EAGAIN ? 0 : result;
}

static int pass_on(struct mr_ingest *ingest, const struct mr_decoded *decoded)
{
    struct mr_stream *stream = ingest->stream;
    struct mr_picture *picture;
    int result = convert(ingest, decoded, &picture);
    if (result < 0)
        return result == -EBADMSG ? 0 : result;
    uint64_t seq = mr_phase_number(stream, decoded->pts_us);
    if (picture == NULL)
        return 0;

    picture->seq = seq;
    note_size(stream, picture);
    if (ingest->paced) {
        int64_t now_us = mr_clock_now_us();
        if (!mr_signs_sleep_until(stream,
                                  mr_pacer_due_us(&ingest->pacer, picture->pts_us, now_us))) {
            mr_picture_unref(&picture);
            return -ECANCELED;
        }
        /* A file's frame is decoded ahead of its time; what counts is when it is let go. */
        picture->captured_us = mr_clock_wall_us();
    }
    if (ingest->info.still)
        ingest->still_due_us = mr_clock_now_us() + (int64_t)(1e6 / ingest->info.fps);
    if (mr_mailbox_put(&stream->mailbox, picture))
        mr_stats_drop(&stream->stats, MR_DROP_SCRIPT);
    return 0;
}

/* A source that was opened again begins at 0; the stream's media time went on meanwhile. */
static void place(struct mr_ingest *ingest, struct mr_decoded *decoded)
{
    if (ingest->begins)
        ingest->offset_us = mr_phase_media_now_us(ingest->stream) - decoded->pts_us;
    ingest->begins = false;
    decoded->pts_us += ingest->offset_us;
}

static int read_frame(struct mr_ingest *ingest, struct mr_decoded *decoded)
{
    struct mr_stream *stream = ingest->stream;
    int64_t start_us = mr_clock_now_us();
    int result = mr_source_read(ingest->source, decoded, &ingest->error);
    atomic_store_explicit(&stream->damaged,
                          ingest->damaged + mr_source_damaged(ingest->source) +
                              mr_converter_damaged(ingest->converter),
                          memory_order_relaxed);
    if (result != 0)
        return result;
    if (mr_source_info(ingest->source)->live != ingest->info.live)
        mr_inlet_note(ingest);
    mr_signs_note_life(ingest);
    place(ingest, decoded);
    mr_stats_stage(&stream->stats, MR_STAGE_DECODE, mr_clock_now_us() - start_us);
    mr_stats_in(&stream->stats);
    return 0;
}

/* A still picture is looked at when it is to be shown, so that it is not older than that.
 * return: false when the stream is being stopped */
static bool wait_for_still(struct mr_ingest *ingest)
{
    bool waits = ingest->paced && ingest->info.still && !ingest->begins;
    return !waits || mr_signs_sleep_until(ingest->stream, ingest->still_due_us);
}

int mr_feed_step(struct mr_ingest *ingest)
{
    struct mr_stream *stream = ingest->stream;
    uint64_t limit = stream->options.frames;
    if (limit > 0 && mr_phase_numbered(stream) >= limit)
        return 1;
    int result = mr_rest_while_unwatched(ingest);
    if (result != 0)
        return result;
    if (mr_ingest_is_stopping(ingest) || !wait_for_still(ingest))
        return -ECANCELED;

    struct mr_decoded decoded;
    result = read_frame(ingest, &decoded);
    if (result != 0)
        return result;
    if (!mr_pacer_admit(&ingest->pacer, decoded.pts_us)) {
        mr_stats_drop(&stream->stats, MR_DROP_RATE);
        return 0;
    }
    if (ingest->pacer.max_fps > 0)
        mr_source_skip_slot(ingest->source, mr_pacer_slot_us(&ingest->pacer) - ingest->offset_us);
    return pass_on(ingest, &decoded);
}

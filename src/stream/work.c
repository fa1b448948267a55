/* The script thread: mailbox → script → encoder's lane; and what becomes of an encoded frame. */
#include "stream/internal.h"

#include "base/clock.h"

void *mr_stream_work(void *argument)
{
    struct mr_stream *stream = argument;

    for (struct mr_picture *picture; (picture = mr_mailbox_take(&stream->mailbox)) != NULL;) {
        struct mr_script_result result;
        int64_t start_us = mr_clock_now_us();
        mr_runner_process(stream->runner, picture, mr_hub_viewers(stream->hub, NULL), &result);
        mr_stats_stage(&stream->stats, MR_STAGE_SCRIPT, mr_clock_now_us() - start_us);
        mr_picture_unref(&picture);

        if (result.skip) {
            mr_stats_drop(&stream->stats, MR_DROP_SKIP);
            mr_script_result_finish(&result);
        } else {
            mr_encoder_submit(stream->lane, &result);
        }
    }
    return NULL;
}

void mr_stream_deliver(void *opaque, struct mr_packet *packet, const char *error, int64_t took_us)
{
    struct mr_stream *stream = opaque;
    if (packet == NULL) {
        mr_stats_drop(&stream->stats, MR_DROP_FAILED);
        return;
    }

    mr_stats_stage(&stream->stats, MR_STAGE_ENCODE, took_us);
    mr_stats_stage(&stream->stats, MR_STAGE_LATENCY, mr_clock_wall_us() - packet->captured_us);
    mr_stats_out(&stream->stats, packet->jpeg_size);
    if (stream->options.sink != NULL) {
        stream->options.sink(stream->options.sink_opaque, packet, error);
        mr_packet_unref(&packet);
    } else {
        mr_hub_publish(stream->hub, packet);
        if (mr_stream_is_idle(stream))
            mr_hub_clear(stream->hub);
    }
}

#include "stream/work.h"

#include "base/clock.h"
#include "stream/loss_notice.h"
#include "stream/phase.h"
#include "stream/stream_private.h"

static void process(struct mr_stream *stream, struct mr_picture *picture)
{
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

/* When the script's next timer ends the wait for pictures; 0: at once, -1: not at all. Timers rest while
 * nobody watches; whoever comes then pokes the mailbox (mr_stream_create). */
static int64_t next_tend_us(struct mr_stream *stream, int64_t due_us)
{
    return due_us <= 0 || mr_phase_is_wanted(stream) ? due_us : -1;
}

/* The earlier of two times, of which -1 is never. */
static int64_t earlier(int64_t one_us, int64_t other_us)
{
    return one_us < 0 || (other_us >= 0 && other_us < one_us) ? other_us : one_us;
}

/* Messages and timers come before the picture that was taken with them: what a viewer did shows in
 * the next frame. */
void *mr_work_run(void *argument)
{
    struct mr_stream *stream = argument;
    int64_t due_us = 0; /* at once: init may have set timers */

    for (;;) {
        int64_t tend_us = next_tend_us(stream, due_us);
        int64_t notice_us = mr_loss_notice_due_us(stream);
        struct mr_mail mail = mr_mailbox_take(&stream->mailbox, earlier(tend_us, notice_us));
        if (mail.over)
            return NULL;
        if (mail.poked || (tend_us >= 0 && mr_clock_now_us() >= tend_us))
            due_us = mr_runner_tend(stream->runner);
        if (mail.picture != NULL)
            process(stream, mail.picture);
        else
            mr_loss_notice_give(stream);
    }
}

void mr_work_deliver(void *opaque, struct mr_packet *packet, const char *error, int64_t took_us)
{
    struct mr_stream *stream = opaque;
    if (packet == NULL) {
        mr_stats_drop(&stream->stats, MR_DROP_FAILED);
        return;
    }

    mr_stats_stage(&stream->stats, MR_STAGE_ENCODE, took_us);
    mr_stats_stage(&stream->stats, MR_STAGE_LATENCY, mr_clock_wall_us() - packet->captured_us);
    mr_stats_out(&stream->stats, packet->jpeg_size);
    if (stream->recorder != NULL)
        mr_recorder_put(stream->recorder, packet);
    if (stream->options.sink != NULL) {
        stream->options.sink(stream->options.sink_opaque, packet, error);
        mr_packet_unref(&packet);
    } else if (packet->seq < atomic_load_explicit(&stream->awake_from, memory_order_relaxed)) {
        mr_packet_unref(&packet); /* on its way since before the stream rested */
    } else {
        mr_hub_publish(stream->hub, packet);
        if (mr_phase_is_idle(stream))
            mr_hub_clear(stream->hub);
    }
}

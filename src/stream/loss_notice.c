#include "stream/loss_notice.h"

#include "base/clock.h"
#include "stream/phase.h"
#include "stream/stream_private.h"

#define INTERVAL_US 1000000

/* A source that is back so soon is not worth a notice. */
#define GRACE_US 500000

/* Where no frame was seen and no size is wished for. */
#define WIDTH  640
#define HEIGHT 360

/* return: since when the source is lost (monotonic); 0: it is not */
static int64_t lost_since_us(struct mr_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    int64_t since_us = stream->phase == MR_STREAM_LOST ? stream->lost_since_us : 0;
    pthread_mutex_unlock(&stream->lock);
    return since_us;
}

int64_t mr_loss_notice_due_us(struct mr_stream *stream)
{
    int64_t since_us = lost_since_us(stream);
    if (since_us == 0)
        return -1;
    if (!mr_phase_is_wanted(stream)) {
        mr_hub_clear(stream->hub); /* whoever comes later must not take it for news */
        return -1;
    }
    int64_t first_us = since_us + GRACE_US, next_us = stream->noticed_us + INTERVAL_US;
    return next_us > first_us ? next_us : first_us;
}

static void choose_size(const struct mr_stream *stream, struct mr_notice *notice)
{
    struct mr_size wish = stream->options.size;
    if (notice->width > 0)
        return;
    notice->width = wish.width > 0    ? wish.width
                    : wish.height > 0 ? wish.height * WIDTH / HEIGHT
                                      : WIDTH;
    notice->height = wish.height > 0 ? wish.height : notice->width * HEIGHT / WIDTH;
    if (notice->height == 0)
        notice->height = 1;
    if (notice->width > MR_PICTURE_MAX_SIDE)
        notice->width = MR_PICTURE_MAX_SIDE;
}

void mr_loss_notice_give(struct mr_stream *stream)
{
    int64_t now_us = mr_clock_now_us(), due_us = mr_loss_notice_due_us(stream);
    struct mr_notice notice;
    if (due_us < 0 || due_us > now_us || !mr_phase_number_notice(stream, &notice))
        return;
    stream->noticed_us = now_us;
    choose_size(stream, &notice);
    notice.captured_us = mr_clock_wall_us();

    struct mr_script_result result;
    mr_runner_give_notice(stream->runner, &notice, &result);
    if (result.skip) {
        mr_stats_drop(&stream->stats, MR_DROP_POOL);
        mr_script_result_finish(&result);
    } else {
        mr_encoder_submit(stream->lane, &result);
    }
}

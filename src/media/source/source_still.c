#include "media/source/source_still.h"

#include "base/clock.h"
#include "base/log.h"
#include "media/source/source_frame.h"
#include "media/source/source_jpeg.h"
#include "media/source/source_look.h"
#include "media/source/source_play.h"
#include "media/source/source_state.h"

#include <errno.h>
#include <libavformat/avformat.h>
#include <string.h>

/* How often the log tells of pictures that could not be read. */
#define TELL_US 60000000

bool mr_source_still_is_one(const struct mr_source *source)
{
    bool jpeg = source->input.still && source->kept->size > 0;
    return source->loop && source->frames_since_start == 1 &&
           (source->only->buf[0] != NULL || jpeg);
}

void mr_source_still_become(struct mr_source *source)
{
    mr_timeline_restart(&source->timeline, source->input.stream->time_base,
                        mr_source_look_rate(source));
    source->only->flags &= ~AV_FRAME_FLAG_CORRUPT; /* counted once */
    source->only->decode_error_flags = 0;
    source->look.polls = source->input.still && source->look.poll_us > 0;
    source->still = true;
}

/* return: 0; -errno with *error */
static int give_again(struct mr_source *source, struct mr_decoded *decoded, struct mr_error *error)
{
    if (source->only->buf[0] == NULL) {
        mr_source_jpeg_give(source, decoded);
        return 0;
    }
    av_frame_unref(source->frame);
    if (av_frame_ref(source->frame, source->only) < 0)
        return mr_error_set(error, -ENOMEM, "reading \"%s\": out of memory", source->shown);
    source->frames_since_start = 0; /* as a start of its own: `only` is kept */
    mr_source_play_give_frame(source, decoded);
    return 0;
}

static bool is_due(const struct mr_source *source)
{
    const struct mr_source_look *look = &source->look;
    if (!look->polls || mr_clock_now_us() - look->looked_us < look->poll_us - look->poll_us / 8)
        return false;
    return source->input.remote || look->troubled || mr_source_look_has_changed(source);
}

/* Open the input anew and play it to its first frame.
 * out:    *opened: it could be opened, so that it is there
 * return: 0; -errno with *error */
static int fetch(struct mr_source *source, struct mr_decoded *decoded, bool *opened,
                 struct mr_error *error)
{
    struct mr_input before = source->input;
    source->input = (struct mr_input){ 0 };
    source->still = false;
    source->frames_since_start = 0;
    source->damage_in_a_row = 0;
    int result = mr_source_play_open(source, error);
    *opened = result == 0;
    if (result < 0)
        source->input = before;
    else
        mr_input_close(&before);
    source->look.looked_us = mr_clock_now_us();
    if (result == 0)
        result = mr_source_play_next(source, decoded, error);
    source->still = true;
    return result == 1
               ? mr_error_set(error, -ENODATA, "\"%s\" holds no whole picture", source->shown)
               : result;
}

/* Another attempt may mend half a picture, and a file that is just being replaced. A server that is gone is lost. */
static bool is_passing(const struct mr_source *source, bool opened, int result)
{
    if (result == -ECANCELED || result == -ENOMEM)
        return false;
    return opened || !source->input.remote || result == -EBADMSG || result == -ENODATA;
}

static uint64_t count_damage(const struct mr_source *source)
{
    return atomic_load_explicit(&source->damaged, memory_order_relaxed);
}

static void note_trouble(struct mr_source *source, uint64_t damaged, const struct mr_error *trouble)
{
    struct mr_source_look *look = &source->look;
    int64_t now_us = mr_clock_now_us();
    look->troubled = true;
    if (count_damage(source) == damaged) /* else the decoder has counted it */
        mr_source_state_damage(source);
    if (look->told_us != 0 && now_us - look->told_us < TELL_US)
        return;
    look->told_us = now_us;
    mr_log(MR_LOG_WARN, "media", "%s; the last whole picture stays", trouble->text);
}

int mr_source_still_read(struct mr_source *source, struct mr_decoded *decoded,
                         struct mr_error *error)
{
    struct mr_error trouble = { 0 };
    uint64_t damaged = count_damage(source);
    bool opened = false;
    if (!is_due(source))
        return give_again(source, decoded, error);
    int result = fetch(source, decoded, &opened, &trouble);
    if (result == 0) {
        source->look.troubled = false;
        return 0;
    }
    if (!is_passing(source, opened, result)) {
        *error = trouble;
        return result;
    }
    note_trouble(source, damaged, &trouble);
    return give_again(source, decoded, error);
}

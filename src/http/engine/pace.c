#include "http/engine/pace.h"

/* Up to here a window doubles with each answer in good time: somebody far away is soon sent every packet. */
#define WINDOW_DOUBLES_TO 8

void mr_pace_start(struct mr_pace *pace, int64_t round_trip_us)
{
    *pace = (struct mr_pace){ .round_trip_us = round_trip_us };
    mr_pace_close(pace);
}

void mr_pace_close(struct mr_pace *pace)
{
    pace->close = true;
    pace->window = 1;
}

void mr_pace_relax(struct mr_pace *pace)
{
    pace->close = false;
}

static uint64_t on_their_way(const struct mr_pace *pace)
{
    return pace->sent - pace->answered;
}

bool mr_pace_allows(struct mr_pace *pace, int64_t now_us)
{
    int64_t waited_us = now_us - pace->sent_us;
    if (!pace->close && on_their_way(pace) > 0 && waited_us > pace->round_trip_us + MR_PACE_LATE_US)
        mr_pace_close(pace);
    if (!pace->close || on_their_way(pace) < pace->window)
        return true;
    if (pace->answers || waited_us <= MR_PACE_ANSWER_US)
        return false;
    pace->deaf = true;
    pace->answered = pace->sent;
    return true;
}

bool mr_pace_probe(struct mr_pace *pace, int64_t now_us, struct mr_mark *mark)
{
    bool due = pace->probed_us == 0 || now_us - pace->probed_us >= MR_PACE_PROBE_US;
    if (!due || !pace->close || pace->deaf || on_their_way(pace) > 0)
        return false;
    pace->probed_us = now_us;
    *mark = (struct mr_mark){ .sent_us = now_us };
    return true;
}

bool mr_pace_mark(const struct mr_pace *pace, int64_t now_us, struct mr_mark *mark)
{
    *mark = (struct mr_mark){ .number = pace->sent + 1, .sent_us = now_us };
    int64_t least_us = pace->close ? MR_PACE_DENSE_US : MR_PACE_EVERY_US;
    return !pace->deaf && now_us - pace->sent_us >= least_us;
}

void mr_pace_marked(struct mr_pace *pace, const struct mr_mark *mark)
{
    pace->sent = mark->number;
    pace->sent_us = mark->sent_us;
}

static void widen(struct mr_pace *pace)
{
    pace->window += pace->window < WINDOW_DOUBLES_TO ? pace->window : 1;
    if (pace->window > MR_PACE_WINDOW_MAX)
        pace->window = MR_PACE_WINDOW_MAX;
}

void mr_pace_answer(struct mr_pace *pace, const struct mr_mark *mark, int64_t now_us)
{
    bool of_probe = mark->number == 0 && mark->sent_us != 0 && mark->sent_us == pace->probed_us;
    if (!of_probe && (mark->number == 0 || mark->number > pace->sent))
        return;
    pace->answers = true;
    pace->deaf = false;
    if (of_probe)
        pace->round_trip_us = now_us - mark->sent_us;
    if (of_probe || mark->number <= pace->answered)
        return;
    pace->answered = mark->number;
    if (now_us - mark->sent_us <= pace->round_trip_us + MR_PACE_GOOD_US)
        widen(pace);
    else
        pace->window = pace->window > 1 ? pace->window / 2 : 1;
}

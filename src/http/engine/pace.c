#include "http/engine/pace.h"

void mr_pace_start(struct mr_pace *pace, int64_t round_trip_us)
{
    pace->window = 1;
    pace->good_us = MR_PACE_GOOD_US + round_trip_us;
}

bool mr_pace_mark(struct mr_pace *pace, int64_t now_us, struct mr_mark *mark)
{
    if (pace->deaf)
        return false;
    pace->sent++;
    pace->sent_us = now_us;
    *mark = (struct mr_mark){ .number = pace->sent, .sent_us = now_us };
    return true;
}

void mr_pace_answer(struct mr_pace *pace, const struct mr_mark *mark, int64_t now_us)
{
    if (mark->number == 0 || mark->number > pace->sent)
        return;
    pace->answers = true;
    pace->deaf = false;
    if (mark->number <= pace->answered)
        return;
    pace->answered = mark->number;
    if (now_us - mark->sent_us > pace->good_us)
        pace->window = pace->window > 1 ? pace->window / 2 : 1;
    else if (pace->window < MR_PACE_WINDOW_MAX)
        pace->window++;
}

bool mr_pace_allows(struct mr_pace *pace, int64_t now_us)
{
    if (pace->sent - pace->answered < pace->window)
        return true;
    if (pace->answers || now_us - pace->sent_us <= MR_PACE_ANSWER_US)
        return false;
    pace->deaf = true;
    pace->answered = pace->sent;
    return true;
}

#include "stream/record_time.h"

int64_t mr_record_time_of(struct mr_record_time *time, int64_t pts_us, int64_t now_us)
{
    int64_t apart_us = pts_us + time->offset_us - now_us;
    bool far = apart_us > MR_RECORD_TIME_SLACK_US || apart_us < -MR_RECORD_TIME_SLACK_US;
    if (!time->begun || (far && !time->lossless))
        time->offset_us = now_us - pts_us;
    time->begun = true;
    return pts_us + time->offset_us;
}

#include "http/long_send.h"

#include "base/clock.h"
#include "http/respond.h"

int mr_long_send_begin(struct mr_long_send *send, const struct mr_request *request, uint64_t size)
{
    struct mr_site *site = request->site;
    *send = (struct mr_long_send){ 0 };
    if (size <= MR_LONG_SEND_BYTES || request->head)
        return 0;
    if (atomic_fetch_add(&site->long_sends, 1) >= MR_LONG_SENDS_MAX) {
        atomic_fetch_sub(&site->long_sends, 1);
        return mr_respond_error(request, 503, "Retry-After: 2\r\n",
                                "as many large files as may be sent at once are being sent");
    }
    send->site = site;
    send->until_us = mr_clock_now_us() + MR_LONG_SEND_GRACE_US +
                     (int64_t)(size / MR_LONG_SEND_PER_SECOND) * 1000000;
    return 0;
}

bool mr_long_send_goes_on(const struct mr_long_send *send)
{
    return send->site == NULL || mr_clock_now_us() < send->until_us;
}

void mr_long_send_end(struct mr_long_send *send)
{
    if (send->site != NULL)
        atomic_fetch_sub(&send->site->long_sends, 1);
    send->site = NULL;
}

#include "http/pages/long_send.h"

#include "base/clock.h"
#include "http/door/porch.h"
#include "http/request/respond.h"

/* return: whether there was one */
static bool take_place(struct mr_site *site)
{
    if (atomic_fetch_add(&site->long_sends, 1) < MR_LONG_SENDS_MAX)
        return true;
    atomic_fetch_sub(&site->long_sends, 1);
    return false;
}

int mr_long_send_begin(struct mr_long_send *send, const struct mr_request *request, uint64_t size)
{
    struct mr_site *site = request->site;
    *send = (struct mr_long_send){ 0 };
    if (size <= MR_LONG_SEND_BYTES || request->head)
        return 0;
    if (!take_place(site))
        return mr_respond_error(request, 503, "Retry-After: 2\r\n",
                                "as many large files as may be sent at once are being sent");
    send->site = site;
    send->until_us = mr_clock_now_us() + MR_LONG_SEND_GRACE_US +
                     (int64_t)(size / MR_LONG_SEND_PER_SECOND) * 1000000;
    return 0;
}

int mr_long_read_begin(struct mr_long_send *send, const struct mr_request *request)
{
    long long length = request->info->content_length; /* < 0: chunked */
    *send = (struct mr_long_send){ 0 };
    if (length >= 0 && length <= MR_PORCH_BODY_BYTES)
        return 0;
    if (!take_place(request->site))
        return mr_respond_error(request, 503, "Retry-After: 2\r\n",
                                "as many large bodies as may be read at once are being read");
    send->site = request->site;
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

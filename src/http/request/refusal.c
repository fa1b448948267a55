#include "http/request/refusal.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#define EVERY_US INT64_C(10000000)

void mr_refusal_log(const struct mr_request *request, const char *format, ...)
{
    struct mr_site *site = request->site;
    int64_t now_us = mr_clock_now_us(), told_us = atomic_load(&site->refusal_told_us);
    if ((told_us != 0 && now_us - told_us < EVERY_US) ||
        !atomic_compare_exchange_strong(&site->refusal_told_us, &told_us, now_us))
        return;
    char why[512], peer[MR_PEER_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof(why), format, arguments);
    va_end(arguments);
    mr_log(MR_LOG_WARN, "http", "refused %s: %s",
           mr_peer_format(&request->from.peer, peer, sizeof(peer)), why);
}

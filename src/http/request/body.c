#include "http/request/body.h"

#include "base/clock.h"

#include <errno.h>

#define READ_BYTES 4096

/* For all of it: a client that drips must not hold a worker for ever. */
#define WHOLE_BODY_US (10 * 1000000LL)

int mr_body_read(const struct mr_request *request, size_t max_bytes, struct mr_buffer *body)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    long long length = request->info->content_length; /* < 0: chunked */
    int64_t deadline_us = mr_clock_now_us() + WHOLE_BODY_US;
    size_t start = body->size;
    if (length > 0 && (unsigned long long)length > max_bytes)
        return -EMSGSIZE;

    if (mg_get_header(request->connection, "Expect") != NULL)
        mg_write(request->connection, go_on, sizeof(go_on) - 1);
    for (;;) {
        uint8_t *end = mr_buffer_reserve(body, READ_BYTES);
        if (end == NULL)
            return -ENOMEM;
        int got = mg_read(request->connection, end, READ_BYTES);
        if (got < 0 || mr_clock_now_us() > deadline_us)
            return -EPROTO;
        if (got == 0)
            break;
        body->size += (size_t)got;
        if (body->size - start > max_bytes)
            return -EMSGSIZE;
    }
    mr_buffer_append(body, "", 0);
    return length >= 0 && body->size - start < (size_t)length ? -EPROTO : 0;
}

/* Answers that do not fit into the socket's buffer hold a worker as long as the client reads them:
 * only so many workers may be held at once, and nobody holds one for ever. Workers only. */
#ifndef MR_HTTP_LONG_SEND_H
#define MR_HTTP_LONG_SEND_H

#include "http/request/request.h"

#define MR_LONG_SEND_BYTES      (96 * 1024) /* what is larger; MR_LISTEN_SEND_BYTES holds the rest */
#define MR_LONG_SENDS_MAX       4           /* of eight workers */
#define MR_LONG_SEND_PER_SECOND (32 * 1024)      /* who reads slower than that is cut off, */
#define MR_LONG_SEND_GRACE_US   (10 * 1000000LL) /* but not before */

struct mr_long_send {
    struct mr_site *site; /* NULL: it is a short one */
    int64_t until_us;
};

/* Before an answer with a body of that size. Ended with mr_long_send_end.
 * return: 0; the status, once it was refused */
int mr_long_send_begin(struct mr_long_send *send, const struct mr_request *request, uint64_t size);

/* Before a body is read for which no token is asked. One that the porch did not wait for holds a worker
 * just so, and takes one of the same places. Ended with mr_long_send_end.
 * return: 0; the status, once it was refused */
int mr_long_read_begin(struct mr_long_send *send, const struct mr_request *request);

/* Whether to go on, between two writes. */
bool mr_long_send_goes_on(const struct mr_long_send *send);

void mr_long_send_end(struct mr_long_send *send);

#endif

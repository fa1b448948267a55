/* Reads a request from a connection into memory: its head, then its body as far as the route takes one. The door's
 * thread only; never blocks. */
#ifndef MR_HTTP_INTAKE_H
#define MR_HTTP_INTAKE_H

#include "base/error.h"
#include "http/request/connection.h"

#define MR_INTAKE_HEAD_US (10 * 1000000LL) /* from accept to the end of the head */
#define MR_INTAKE_BODY_US (20 * 1000000LL) /* from accept to the end of the body */
#define MR_INTAKE_IDLE_US (10 * 1000000LL) /* without a byte of the body */

struct mr_intake {
    /* How large a body may be that comes with this request: 0 when its route takes none, or when the client has no right
     * to send it. The head was parsed. Called by the door's thread; must not block. */
    size_t (*max_body)(void *opaque, struct mr_connection *connection);
    void *opaque;
    size_t max_memory;    /* of all bodies together */
    uint8_t *scratch;     /* the door's; borrowed */
    size_t scratch_bytes; /* MR_HEAD_BYTES_MAX at least */
};

enum mr_intake_result {
    MR_INTAKE_WAITS,   /* more is to come */
    MR_INTAKE_DONE,    /* the request can be answered */
    MR_INTAKE_REFUSED, /* it is to be refused with *status and *error */
    MR_INTAKE_ENDED,   /* the client went away, or never spoke HTTP: close */
};

/* Read what is there, once.
 * out:    *status, *error, only for MR_INTAKE_REFUSED
 * return: how far the request has come */
enum mr_intake_result mr_intake_read(const struct mr_intake *intake,
                                     struct mr_connection *connection, int *status,
                                     struct mr_error *error);

/* return: whether the request has taken longer than it may, at a time of the monotonic clock */
bool mr_intake_is_late(const struct mr_connection *connection, int64_t now_us);

#endif

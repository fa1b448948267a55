/* Whole HTTP responses. Every one closes its connection, so that no idle client holds a worker, and
 * says nosniff. Workers only; a write blocks at most as long as civetweb's request time-out. */
#ifndef MR_HTTP_RESPOND_H
#define MR_HTTP_RESPOND_H

#include "base/buffer.h"
#include "http/request/request.h"

#include <jansson.h>
#include <stddef.h>

struct mr_response {
    int status;
    const char *type;    /* Content-Type; NULL: no body, no length */
    const char *headers; /* further lines, each with CRLF; NULL: none */
    const void *body;
    size_t size; /* of the body; HEAD is answered with it as well */
};

/* Append the header lines that every answer has. Any thread. */
void mr_response_lines(struct mr_buffer *out);

/* Append the head, with the empty line. Any thread. */
void mr_response_head(struct mr_buffer *out, const struct mr_response *response);

/* All of these return the status, for civetweb. */
int mr_respond(const struct mr_request *request, const struct mr_response *response);

/* Only the head of a response whose body the caller sends with mg_write, unless request->head. */
int mr_respond_head(const struct mr_request *request, const struct mr_response *response);

/* {"error":"…"} */
int mr_respond_error(const struct mr_request *request, int status, const char *headers,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A body that is JSON already. */
int mr_respond_json_text(const struct mr_request *request, int status, const char *json);

/* Takes over one reference of `body`; NULL is answered with 500. */
int mr_respond_json(const struct mr_request *request, int status, json_t *body);

#endif

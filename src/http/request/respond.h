/* Whole HTTP responses. Every one closes its connection and says nosniff. They are made in memory: the door sends them once
 * the route has returned. Workers only, unless another thread is named; nothing here blocks but the reading of files. */
#ifndef MR_HTTP_RESPOND_H
#define MR_HTTP_RESPOND_H

#include "base/buffer.h"
#include "http/request/request.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct mr_response {
    int status;
    const char *type;    /* Content-Type; NULL: no body, no length */
    const char *headers; /* further lines, each with CRLF; NULL: none */
    const void *body;
    size_t size;    /* of the body; HEAD is answered with it as well */
    bool is_static; /* the body outlives every connection, so that it need not be copied */
};

/* Append the header lines that every answer has. Any thread. */
void mr_respond_lines(struct mr_buffer *out);

/* Append the head, with the empty line. Any thread. */
void mr_respond_head(struct mr_buffer *out, const struct mr_response *response);

/* Answer with head and body.
 * return: the status of the answer, as all of these do. thread: a worker */
int mr_respond(const struct mr_request *request, const struct mr_response *response);

/* Answer with a part of a file: response->size bytes from `at` on; response->body is not used.
 * in:     fd: open for reading; goes to the answer, failure included
 * return: the status of the answer */
int mr_respond_file(const struct mr_request *request, const struct mr_response *response, int fd,
                    off_t at);

/* Append bytes to an answer that has none yet, head and body alike. Out of memory, the connection closes without an
 * answer. */
void mr_respond_bytes(const struct mr_request *request, const void *bytes, size_t size);

/* The answer to a request that the door refuses. thread: the connection's owner */
void mr_respond_refusal(struct mr_connection *connection, int status, const char *why);

/* Answer that the request names a stream that does not exist.
 * return: 404 */
int mr_respond_no_stream(const struct mr_request *request);

/* Answer with {"error":"…"}, whose text is formatted.
 * return: the status of the answer */
int mr_respond_error(const struct mr_request *request, int status, const char *headers,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Answer with a text that is JSON already. return: the status of the answer */
int mr_respond_json_text(const struct mr_request *request, int status, const char *json);

/* Answer with `body`, one reference of which is taken over; NULL is answered with 500.
 * return: the status of the answer */
int mr_respond_json(const struct mr_request *request, int status, json_t *body);

#endif

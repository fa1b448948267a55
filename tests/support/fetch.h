/* Plain HTTP for tests: one request, the whole answer. Time-outs of 5 s; failures end the test. */
#ifndef MR_TESTS_FETCH_H
#define MR_TESTS_FETCH_H

#include "base/buffer.h"

#include <stddef.h>

struct fetched {
    int status;
    struct mr_buffer head; /* with the status line; 0-terminated */
    struct mr_buffer body;
};

/* Connect to 127.0.0.1:port. receive_buffer_bytes: SO_RCVBUF, 0: the system's. return: the socket
 */
int fetch_connect(int port, int receive_buffer_bytes);
void fetch_send(int fd, const void *bytes, size_t size);

/* Read one response's head, not a byte more. return: its status, 0 when the connection ended */
int fetch_read_head(int fd, struct mr_buffer *head);

/* Send `request` ("GET /x", or with further header lines after CRLF, the last without CRLF) and
 * read until the server closes. return: the status */
int fetch(int port, const char *request, struct fetched *fetched);
void fetched_finish(struct fetched *fetched);

/* The value of a header, in a static buffer; NULL when it is not there. */
const char *fetched_header(const struct fetched *fetched, const char *name);

#endif

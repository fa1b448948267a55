/* The head of an HTTP/1 request, parsed once and strictly (RFC 9112): what this file accepts is all that the rest of
 * the server ever sees of a request. Pure functions on the caller's memory; any thread. */
#ifndef MR_HTTP_HEAD_H
#define MR_HTTP_HEAD_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MR_HEAD_BYTES_MAX  (16 * 1024)
#define MR_HEAD_FIELDS_MAX 100

struct mr_head_field {
    const char *name, *value; /* 0-terminated; the value without the blanks around it */
};

struct mr_head {
    /* pointers into the bytes that were parsed */
    const char *method;
    const char
        *path; /* decoded, without dot segments and doubled slashes; begins with "/", or is "*" */
    const char *query; /* as it was sent; NULL: there is none */

    bool is_chunked;      /* the body comes in chunks */
    bool awaits_continue; /* Expect: 100-continue */
    uint64_t length;      /* Content-Length; 0: there is none */

    unsigned field_count;
    struct mr_head_field
        fields[MR_HEAD_FIELDS_MAX + 1]; /* one more for the Host of an absolute target */
};

/* Find where a head ends. Line ends that mr_head_parse refuses end a head as well, so that such a request is
 * answered at once.
 * in:     bytes: what was received so far; `from`: how many of them were looked at before, in vain
 * return: the head's size with its empty line; 0: it has not ended yet */
size_t mr_head_find_end(const char *bytes, size_t size, size_t from);

/* Parse a whole head.
 * in:     bytes, size: from mr_head_find_end; they are changed, and must live as long as *head
 * out:    *head, only on success; *error says what is wrong
 * return: 0; else the status to refuse the request with: 400, 413, 417, 431, 501, 505 */
int mr_head_parse(char *bytes, size_t size, struct mr_head *head, struct mr_error *error);

/* return: the value of the first field of that name, in upper or lower case; NULL: there is none */
const char *mr_head_find(const struct mr_head *head, const char *name);

#endif

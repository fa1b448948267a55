/* The part of a file that a request wants (RFC 9110, section 14). Any thread; no I/O. */
#ifndef MR_HTTP_RANGE_H
#define MR_HTTP_RANGE_H

#include <sys/types.h>

enum mr_range {
    MR_RANGE_WHOLE, /* no range, several, one that is not understood, or the file has changed */
    MR_RANGE_PART,
    MR_RANGE_NONE, /* it lies outside of the file */
};

/* The client's conditions, from its headers; NULL: not there. */
struct mr_range_request {
    const char *range;    /* Range */
    const char *if_range; /* If-Range: an entity tag; a date matches nothing, as we tell none */
};

/* in:     size of the file and its strong entity tag, with quotes
 * out:    *first, *length of the part, for MR_RANGE_WHOLE all of it
 * return: which part of the file the client gets */
enum mr_range mr_range_find(const struct mr_range_request *request, const char *etag, off_t size,
                            off_t *first, off_t *length);

#endif

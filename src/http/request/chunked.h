/* Decodes a body in chunks (RFC 9112, section 7.1) as its bytes come. Extensions and trailers are read and ignored. Pure
 * functions; any thread. */
#ifndef MR_HTTP_CHUNKED_H
#define MR_HTTP_CHUNKED_H

#include "base/buffer.h"

#include <stdint.h>
#include <sys/types.h>

#define MR_CHUNKED_EXTRA_MAX 4096 /* bytes of extensions and trailers of one body */

enum mr_chunked_state {
    MR_CHUNKED_SIZE_BEGIN, /* where a zeroed decoder begins */
    MR_CHUNKED_SIZE,
    MR_CHUNKED_EXTENSION,
    MR_CHUNKED_SIZE_END,
    MR_CHUNKED_DATA,
    MR_CHUNKED_DATA_CR,
    MR_CHUNKED_DATA_END,
    MR_CHUNKED_TRAILER_BEGIN,
    MR_CHUNKED_TRAILER,
    MR_CHUNKED_TRAILER_END,
    MR_CHUNKED_LAST_LINE,
    MR_CHUNKED_DONE,
};

struct mr_chunked {
    enum mr_chunked_state state;
    uint64_t left;  /* of the chunk, or its size so far */
    unsigned extra; /* bytes of extensions and trailers */
};

/* Decode some bytes; those behind the end of the body are not touched.
 * in:     max_bytes: the largest body that is taken
 * out:    *body: the data is appended
 * return: bytes used; -EPROTO: this is no chunked body; -EMSGSIZE: it is larger than max_bytes */
ssize_t mr_chunked_take(struct mr_chunked *decoder, const uint8_t *bytes, size_t size,
                        size_t max_bytes, struct mr_buffer *body);

#endif

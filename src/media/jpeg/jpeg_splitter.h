/* Finds whole JPEG files in a stream of bytes that has anything else between them: multipart heads, boundaries, padding.
 * It walks the markers of each file, so that a thumbnail inside is no file of its own, and gives a file as soon as its
 * end marker has come. A file that is cut off by the beginning of the next one is given as well, to be counted as damaged.
 *
 * The caller's memory, zeroed; one thread at a time. */
#ifndef MR_MEDIA_JPEG_SPLITTER_H
#define MR_MEDIA_JPEG_SPLITTER_H

#include "base/buffer.h"

#include <stddef.h>
#include <stdint.h>

#define MR_JPEG_SPLITTER_MAX_BYTES (32 * 1024 * 1024) /* of a file; a longer one is skipped */

struct mr_jpeg_splitter {
    struct mr_buffer bytes; /* from the beginning of a file on, or what may be one */
    size_t at;              /* in them: what was walked */
    int state;              /* jpeg_splitter.c's */
    size_t given;           /* bytes of the file that was given last */
};

/* Add bytes that came. return: 0; -ENOMEM */
int mr_jpeg_splitter_add(struct mr_jpeg_splitter *splitter, const void *bytes, size_t size);

/* Find the next whole file in what was added.
 * out:    *file: lent until the next call
 * return: its size; 0: more bytes are needed */
size_t mr_jpeg_splitter_next(struct mr_jpeg_splitter *splitter, const uint8_t **file);

/* Free what was added. */
void mr_jpeg_splitter_finish(struct mr_jpeg_splitter *splitter);

#endif

/* FFmpeg input from a file descriptor that may keep silent for ever (standard input, a FIFO), where
 * FFmpeg's own protocols cannot be interrupted. Private to src/media. */
#ifndef MR_MEDIA_FD_IO_H
#define MR_MEDIA_FD_IO_H

#include "media/source/patience.h"

#include <stdbool.h>
#include <stdint.h>

struct AVIOContext;

/* in:     fd, taken over, closed on failure too; patience, must outlive the context
 * return: the context, seekable if the descriptor is; NULL when out of memory */
struct AVIOContext *mr_fd_io_open(int fd, const struct mr_patience *patience);
/* How the writer's bytes came so far. */
struct mr_fd_io_use {
    int64_t bytes;
    int64_t waited_us; /* for bytes, after the first ones */
    int64_t capacity;  /* of the pipe, in bytes; 0: it is none */
    bool file;         /* it is a regular file */
};

/* return: the figures of a context that mr_fd_io_open made */
struct mr_fd_io_use mr_fd_io_measure(const struct AVIOContext *io);

/* Close the descriptor and free the context. */
void mr_fd_io_close(struct AVIOContext **io); /* takes a pointer to NULL */

#endif

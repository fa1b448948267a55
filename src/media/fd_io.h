/* FFmpeg input from a file descriptor that may keep silent for ever (standard input, a FIFO), where
 * FFmpeg's own protocols cannot be interrupted. Private to src/media. */
#ifndef MR_MEDIA_FD_IO_H
#define MR_MEDIA_FD_IO_H

#include <stdatomic.h>

struct AVIOContext;

/* in:     fd, taken over, closed on failure too; interrupt as in mr_source_options, may be NULL
 * return: the context, seekable if the descriptor is; NULL when out of memory */
struct AVIOContext *mr_fd_io_open(int fd, const atomic_bool *interrupt);
void mr_fd_io_close(struct AVIOContext **io); /* takes a pointer to NULL */

#endif

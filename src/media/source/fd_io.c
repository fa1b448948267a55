#include "media/source/fd_io.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <libavformat/avio.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES 65536
#define INTERRUPT_MS 50 /* how long an interrupt can go unnoticed */

struct fd_io {
    int fd;
    const struct mr_patience *patience;
    int64_t bytes, waited_us;
};

static int read_some(void *opaque, uint8_t *buffer, int size)
{
    struct fd_io *io = opaque;
    for (;;) {
        int over = mr_patience_check(io->patience);
        if (over != 0)
            return over == -ETIMEDOUT ? AVERROR(ETIMEDOUT) : AVERROR_EXIT;
        struct pollfd wait = { .fd = io->fd, .events = POLLIN };
        int64_t began_us = mr_clock_now_us();
        int ready = poll(&wait, 1, INTERRUPT_MS);
        if (io->bytes > 0)
            io->waited_us += mr_clock_now_us() - began_us;
        if (ready < 0 && errno != EINTR)
            return AVERROR(errno);
        if (ready <= 0)
            continue;
        ssize_t got = read(io->fd, buffer, (size_t)size);
        if (got > 0) {
            io->bytes += got;
            return (int)got;
        }
        if (got == 0)
            return AVERROR_EOF;
        if (errno != EINTR && errno != EAGAIN)
            return AVERROR(errno);
    }
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    struct fd_io *io = opaque;
    if (whence == AVSEEK_SIZE) {
        struct stat status;
        return fstat(io->fd, &status) < 0 ? AVERROR(errno) : status.st_size;
    }
    off_t reached = lseek(io->fd, offset, whence & ~AVSEEK_FORCE);
    return reached < 0 ? AVERROR(errno) : reached;
}

struct AVIOContext *mr_fd_io_open(int fd, const struct mr_patience *patience)
{
    struct fd_io *io = calloc(1, sizeof(*io));
    unsigned char *buffer = av_malloc(BUFFER_BYTES);
    bool seekable = lseek(fd, 0, SEEK_CUR) >= 0;
    AVIOContext *context = NULL;
    if (io != NULL && buffer != NULL)
        context = avio_alloc_context(buffer, BUFFER_BYTES, 0, io, read_some, NULL,
                                     seekable ? seek : NULL);
    if (context == NULL) {
        av_free(buffer);
        free(io);
        close(fd);
        return NULL;
    }
    io->fd = fd;
    io->patience = patience;
    return context;
}

struct mr_fd_io_use mr_fd_io_measure(const struct AVIOContext *context)
{
    const struct fd_io *io = context->opaque;
    struct stat status;
    int capacity = fcntl(io->fd, F_GETPIPE_SZ);
    return (struct mr_fd_io_use){
        .bytes = io->bytes,
        .waited_us = io->waited_us,
        .capacity = capacity > 0 ? capacity : 0,
        .file = fstat(io->fd, &status) == 0 && S_ISREG(status.st_mode),
    };
}

void mr_fd_io_close(struct AVIOContext **context)
{
    if (*context == NULL)
        return;
    struct fd_io *io = (*context)->opaque;
    close(io->fd);
    free(io);
    av_freep(&(*context)->buffer); /* FFmpeg may have replaced the first one */
    avio_context_free(context);
}

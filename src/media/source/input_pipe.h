/* Whether what comes through a pipe is live. A camera's program writes at its own pace, so reading waits for it; a program
 * that pipes a file writes as fast as it is read. The input's thread. Private to src/media/source. */
#ifndef MR_MEDIA_INPUT_PIPE_H
#define MR_MEDIA_INPUT_PIPE_H

#include <stdbool.h>

struct AVFormatContext;
struct AVIOContext;
struct AVStream;
struct mr_ahead;

/* Look at how an input came that was just opened and reads from a descriptor (`io`); more packets may be read ahead.
 * return: whether it is live: it is no regular file, and it has not proved to be a file's content by coming without a wait
 *         of MR_INPUT_PIPE_WAIT_US: a second of media and more bytes than pipe and writer can have held, or all of it */
#define MR_INPUT_PIPE_WAIT_US 100000
bool mr_input_pipe_is_live(const struct AVIOContext *io, struct AVFormatContext *demuxer,
                           const struct AVStream *video, struct mr_ahead *ahead);

#endif

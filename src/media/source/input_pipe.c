#include "media/source/input_pipe.h"

#include "media/source/ahead.h"
#include "media/source/fd_io.h"

#include <libavformat/avformat.h>

/* A live writer cannot be ahead by more than the pipe and its own buffer hold. */
#define WRITER_BYTES (256 * 1024)
#define SPAN_US      1000000

static int64_t stamp_us(const AVStream *video, const AVPacket *packet)
{
    int64_t stamp = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
    if (stamp == AV_NOPTS_VALUE)
        return -1;
    return av_rescale_q(stamp, video->time_base, AV_TIME_BASE_Q);
}

/* return: the media time between the first and the last of the video's packets that were read ahead */
static int64_t span_us(const struct mr_ahead *ahead, const AVStream *video)
{
    int64_t first_us = -1, last_us = -1;
    const AVPacket *packet;
    for (size_t i = 0; (packet = mr_ahead_at(ahead, i)) != NULL; i++) {
        int64_t us = packet->stream_index == video->index ? stamp_us(video, packet) : -1;
        if (us >= 0 && first_us < 0)
            first_us = us;
        if (us >= 0)
            last_us = us;
    }
    return last_us - first_us;
}

bool mr_input_pipe_is_live(const AVIOContext *io, AVFormatContext *demuxer, const AVStream *video,
                           struct mr_ahead *ahead)
{
    struct mr_fd_io_use use = mr_fd_io_measure(io);
    if (use.file)
        return false;
    for (; use.waited_us < MR_INPUT_PIPE_WAIT_US; use = mr_fd_io_measure(io)) {
        if (use.bytes > use.capacity + WRITER_BYTES && span_us(ahead, video) >= SPAN_US)
            return false;
        int averror = mr_ahead_fetch(ahead, demuxer);
        if (averror < 0)
            return averror != AVERROR_EOF;
    }
    return true;
}

#include "media/ffmpeg/ffmpeg_error.h"

#include <errno.h>
#include <libavutil/error.h>

int mr_ffmpeg_error_code(int averror)
{
    switch (averror) {
    case AVERROR_EXIT:
        return -ECANCELED;
    case AVERROR_INVALIDDATA:
        return -EBADMSG;
    case AVERROR_PROTOCOL_NOT_FOUND:
    case AVERROR_DEMUXER_NOT_FOUND:
    case AVERROR_DECODER_NOT_FOUND:
    case AVERROR_FILTER_NOT_FOUND:
        return -ENOTSUP;
    case AVERROR_HTTP_UNAUTHORIZED:
    case AVERROR_HTTP_FORBIDDEN:
        return -EACCES;
    case AVERROR_HTTP_NOT_FOUND:
        return -ENOENT;
    default:
        /* FFmpeg's own codes are tags of four letters, far beyond any errno. */
        return averror < 0 && averror > -4096 ? averror : -EIO;
    }
}

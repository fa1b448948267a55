/* Facts about an opened source. Plain data; `live` may become false while it is read: a pipe proves to be a file. */
#ifndef MR_MEDIA_SOURCE_INFO_H
#define MR_MEDIA_SOURCE_INFO_H

#include <stdbool.h>

struct mr_source_info {
    char codec[32];    /* FFmpeg's name of the decoder's codec, e.g. "h264" */
    int width, height; /* as coded, before rotation and sample aspect ratio */
    double fps;        /* nominal; 0 when unknown */
    bool live;         /* arrives at its own pace (device, network): never paced or rewound */
    bool piped;        /* comes through a pipe: what has ended does not come again */
    bool remote;       /* comes over a network */
    bool still;        /* one picture, given out again and again, `fps` times a second */
    bool bursts;       /* live, but in pieces of some seconds (HLS, DASH): to be paced */
};

#endif

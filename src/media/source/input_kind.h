/* The kind of an opened input, by its demuxer and its address. Private to src/media. */
#ifndef MR_MEDIA_INPUT_KIND_H
#define MR_MEDIA_INPUT_KIND_H

#include "media/source/locator.h"

#include <stdbool.h>

struct AVFormatContext;

struct mr_input_kind {
    bool live;       /* arrives at its own pace: a device, a network without an end in sight */
    bool pictures;   /* image files: a still picture if there is one, else a video */
    bool unstamped;  /* says nothing about time */
    bool elementary; /* its times are made from a rate, which the user may know better */
};

/* return: the kind of an input that was opened, by its demuxer and its address */
struct mr_input_kind mr_input_kind_of(const struct AVFormatContext *demuxer,
                                      const struct mr_locator *locator);

#endif

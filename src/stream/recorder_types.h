/* The state that a recorder shows. Plain data. */
#ifndef MR_STREAM_RECORDER_TYPES_H
#define MR_STREAM_RECORDER_TYPES_H

#include "base/error.h"
#include "stream/record_name.h"

#include <stdbool.h>
#include <stdint.h>

struct mr_recorder_state {
    bool wanted;                   /* there is a recorder */
    bool active;                   /* a file is open, and no frame is lost */
    bool off;                      /* it has failed, or loses frames: see error */
    char file[MR_RECORD_NAME_MAX]; /* the newest one; "" before the first */
    uint64_t frames;               /* that reached the kernel, all files together */
    uint64_t bytes;                /* of all files */
    uint64_t dropped;              /* frames that are in no file */
    struct mr_error error;         /* why it is off; "" otherwise */
};

#endif

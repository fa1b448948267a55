/* A source's state, which its files share. Private to src/media/source.
 *
 *   source.c          life and end
 *   source_play.c     from packets to frames
 *   source_frame.c    frames on their way out
 *   source_jpeg.c     frames that are not decoded
 *   source_look.c     when a still picture is looked at again
 *   source_still.c    still pictures, again and again
 *   source_stamps.c   wrong timestamps
 *   source_skip.c     frames that are left out
 *   source_discard.c  packets that nobody wants */
#ifndef MR_MEDIA_SOURCE_STATE_H
#define MR_MEDIA_SOURCE_STATE_H

#include "base/error.h"
#include "media/jpeg/jpeg_header.h"
#include "media/source/input.h"
#include "media/source/input_options.h"
#include "media/source/recorded.h"
#include "media/source/skipper.h"
#include "media/source/source_info.h"
#include "media/source/timeline.h"

#include <libavcodec/avcodec.h>
#include <stdatomic.h>
#include <sys/stat.h>

/* Damage in a row after which an input is taken to be at its end. */
#define MR_SOURCE_MAX_DAMAGE 100

/* Whether and when a still picture is looked at again. */
struct mr_source_look {
    int64_t poll_us;   /* immutable: how often; 0: never */
    bool polls;        /* the source is such a picture */
    bool troubled;     /* it could not be read the last time */
    int64_t looked_us; /* when it was opened last; monotonic */
    int64_t told_us;   /* when the log told of trouble last; monotonic; 0: never */
    struct stat seen;  /* the file then; zeros for what is none */
};

struct mr_source {
    /* immutable */
    char *url;
    char shown[512]; /* the url without passwords */
    bool loop;
    bool leave_jpeg;
    int threads;
    struct mr_input_options wish;
    double limit_fps; /* of what comes out */

    /* source thread only */
    struct mr_patience patience;
    struct mr_input input;
    struct mr_source_info info;
    struct mr_timeline timeline;
    struct mr_recorded recorded;
    struct mr_skipper skipper;
    int64_t pace_since_us, pace_from_us; /* when the first frame of a pipe came, and its time */
    uint64_t pace_frames;                /* since then */
    int64_t last_stamp;                  /* of a packet, if `stamped` */
    bool stamped;
    int64_t shift_us; /* from the input's time to media time, as of the last frame */
    int64_t slot_us;  /* media time of the slot that was noted last */
    bool noted;       /* there was one */
    bool fresh;       /* no packet was looked at since the input started */
    AVPacket *packet;
    AVFrame *frame;
    AVFrame *only; /* the first frame, while it is the only one */
    bool still;    /* it is: it is given out again and again */
    struct mr_source_look look;
    AVPacket *kept;            /* until the next read: the JPEG that was given out */
    struct mr_jpeg_frame jpeg; /* in it */
    bool jpeg_seen;            /* a first one, which told … */
    bool jpeg_fields;          /* … whether each is a field of an interlaced frame */
    unsigned damage_in_a_row;
    bool encrypted;              /* the last packet that was damaged; there is no key */
    int64_t start_us;            /* media time of the first frame since then */
    bool told_short;             /* the log says that the file is cut off */
    uint64_t frames_since_start; /* of the input, which may start again */
    bool ended;
    bool discarding;          /* the last packet was thrown away */
    bool wants_key;           /* nothing is decoded before a key frame */
    bool frame_came;          /* since it was opened, or since packets were thrown away */
    int64_t waiting_since_us; /* for that frame; monotonic, µs */

    /* any thread */
    atomic_uint_fast64_t damaged;
};

/* Count a damaged packet or frame. The source's thread. */
void mr_source_state_damage(struct mr_source *source);

/* Give up because of what FFmpeg returned, or because patience is at its end.
 * in:     averror: FFmpeg's code
 * return: -errno, with *error */
int mr_source_state_fail(const struct mr_source *source, int averror, struct mr_error *error);

#endif

/* A recorder: writes the packets of one stream to files, in a thread of its own ("record NAME"), which
 * alone waits for the disk.
 *
 * What it is given waits in a queue of at most MR_RECORDER_FRAMES packets and MR_RECORDER_BYTES of
 * images and payloads. A disk that is slower than the stream loses packets, the ones that come while the queue
 * is full, counted as dropped; a patient recorder lets whoever brings them wait instead.
 *
 * A file is begun with the first frame, after `split_s`, and where the size changes. What was written
 * is handed to the kernel four times a second: a process that is killed leaves a file that plays up to
 * there. When a file cannot be made or written, or was removed, the recording is off, with the reason
 * in the state: frames are dropped. After MR_RECORDER_RETRY_US the next frame begins another file (a patient one
 * gives up, since nobody waits there for the disk to be mended). */
#ifndef MR_STREAM_RECORDER_H
#define MR_STREAM_RECORDER_H

#include "base/error.h"
#include "stream/packet.h"
#include "stream/record_name.h"

#include <stdbool.h>

#define MR_RECORDER_FRAMES   256
#define MR_RECORDER_BYTES    ((size_t)32 * 1024 * 1024)
#define MR_RECORDER_RETRY_US 60000000

struct mr_recorder;

struct mr_recorder_options {
    const char *stream;  /* copied */
    const char *pattern; /* of the files' names, for strftime; copied */
    double split_s;      /* a new file after so long; 0: never */
    bool patient;
    int64_t retry_us; /* 0: MR_RECORDER_RETRY_US */
};

struct mr_recorder_state {
    bool wanted;                   /* there is a recorder */
    bool active;                   /* a file is open */
    bool off;                      /* it failed, see error */
    char file[MR_RECORD_NAME_MAX]; /* the newest one; "" before the first */
    uint64_t frames;               /* that reached the kernel, all files together */
    uint64_t bytes;                /* of all files */
    uint64_t dropped;              /* frames that are in no file */
    struct mr_error error;         /* why it is off */
};

/* Check the pattern; nothing is written yet.
 * out:    *recorder; NULL on error
 * return: 0; -errno with *error */
int mr_recorder_create(const struct mr_recorder_options *options, struct mr_recorder **recorder,
                       struct mr_error *error);

/* Start the thread. return: 0 or -errno */
int mr_recorder_start(struct mr_recorder *recorder);

/* Record a packet: a reference is taken. One caller at a time. Never waits, unless it is patient. */
void mr_recorder_put(struct mr_recorder *recorder, struct mr_packet *packet);

/* Write what waits, but for no longer than half a second unless it is patient, finish the file and
 * end the thread. Nothing may be put any more. Takes one that was not started or is stopped. */
void mr_recorder_stop(struct mr_recorder *recorder);

void mr_recorder_destroy(struct mr_recorder *recorder); /* stops it; takes NULL */

void mr_recorder_get_state(struct mr_recorder *recorder,
                           struct mr_recorder_state *state); /* any thread */

#endif

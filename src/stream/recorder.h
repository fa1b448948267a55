/* A recorder: writes the packets of one stream to files, in a thread of its own ("record NAME"), which
 * alone waits for the disk.
 *
 * Packets wait in a queue of at most MR_RECORDER_FRAMES packets and MR_RECORDER_BYTES of images and
 * payloads. When the disk is slower than the stream, or hangs, the packets that come while the queue is
 * full are dropped and counted. A patient recorder lets its caller wait instead.
 *
 * A file begins with the first frame, after `split_s`, and where the frames' size changes. Four times a
 * second all that was written is handed to the kernel: a process that is killed leaves a file that plays
 * up to there. When a file cannot be made or written, or was removed, frames are dropped. After
 * MR_RECORDER_RETRY_US the next frame begins another file (a patient recorder gives up, since nobody
 * waits there for the disk to be mended).
 *
 * From the first dropped frame until frames reach the disk again the recording counts as failed in the
 * state, with the reason. The log has one line at the beginning and one at the end, with the number of
 * frames that were dropped. */
#ifndef MR_STREAM_RECORDER_H
#define MR_STREAM_RECORDER_H

#include "base/error.h"
#include "stream/packet.h"
#include "stream/record_name.h"
#include "stream/record_queue.h"
#include "stream/recorder_types.h"

#include <stdbool.h>

#define MR_RECORDER_RETRY_US 60000000
#define MR_RECORDER_HANGS_US 500000 /* a disk that takes so long to end a file hangs */

struct mr_recorder;

struct mr_recorder_options {
    const char *stream;  /* copied */
    const char *pattern; /* of the files' names, for strftime; copied */
    double split_s;      /* a new file after so long; 0: never */
    bool patient;
    int64_t retry_us; /* 0: MR_RECORDER_RETRY_US */
    int64_t hangs_us; /* 0: MR_RECORDER_HANGS_US */
};

/* Check the pattern; nothing is written yet.
 * out:    *recorder; NULL on error
 * return: 0; -errno with *error */
int mr_recorder_create(const struct mr_recorder_options *options, struct mr_recorder **recorder,
                       struct mr_error *error);

/* Start the thread.
 * return: 0; -errno: no thread could be made, and mr_recorder_destroy still has to be called */
int mr_recorder_start(struct mr_recorder *recorder);

/* Record a packet.
 * in:     packet, borrowed; a reference is taken
 * thread: any, one caller at a time; waits for room in the queue of a patient recorder, else never */
void mr_recorder_put(struct mr_recorder *recorder, struct mr_packet *packet);

/* Write the packets that wait, for half a second at most unless the recorder is patient, finish the file
 * and end the thread. Nothing may be put any more. A recorder that was not started or is stopped stays
 * as it is. If the disk hangs, the thread is left to itself after a second, and the log tells what is lost.
 * thread: the one that started it; a patient one waits for the disk */
void mr_recorder_stop(struct mr_recorder *recorder);

/* Stop the recorder and free it. Takes NULL. */
void mr_recorder_destroy(struct mr_recorder *recorder);

/* out:    *state, a copy
 * thread: any; never waits for the disk */
void mr_recorder_get_state(struct mr_recorder *recorder, struct mr_recorder_state *state);

#endif

/* The state that the files of one stream share. From below: phase.c, what its threads tell each other; work.c and
 * loss_notice.c, the script thread; ingest.c and the files under it (ingest_private.h), the source thread; stream.c, its
 * life. Nobody else includes this. */
#ifndef MR_STREAM_PRIVATE_H
#define MR_STREAM_PRIVATE_H

#include "stream/encoder.h"
#include "stream/hub.h"
#include "stream/mailbox.h"
#include "stream/recorder.h"
#include "stream/stats.h"
#include "stream/stream_options.h"

#include <pthread.h>
#include <stdatomic.h>

/* Pictures one stream can hold at once: being converted, in the mailbox, with the script, in the
 * encoder's lane, and the runner's last and last good ones, with one to spare. */
#define MR_STREAM_PICTURES (1 + MR_MAILBOX_MAX + 1 + MR_ENCODER_LANE + 2 + 1)

/* Serving a file: a short queue, so that a hiccup of the script loses no frame. Live inputs: the
 * newest frame or nothing. */
#define MR_STREAM_QUEUE_FILE 3
#define MR_STREAM_QUEUE_LIVE 1

struct mr_stream {
    /* immutable */
    struct mr_stream_options options; /* strings are ours */
    struct mr_hub *hub;
    struct mr_runner *runner;
    struct mr_encoder *encoder;
    struct mr_recorder *recorder; /* NULL: nothing is recorded */
    atomic_uint refs;

    /* the starter's and stopper's */
    bool started;
    pthread_t source_thread;

    /* the source thread's */
    struct mr_encoder_lane *lane; /* used by the script thread */

    /* the script thread's */
    int64_t noticed_us; /* when the last notice was made, monotonic */

    struct mr_mailbox mailbox;
    struct mr_stats_recorder stats;
    atomic_bool stopping; /* also what interrupts a blocking read */
    atomic_ullong damaged;
    atomic_ullong
        awake_from; /* number of the first frame since the stream rested; those before are old news */

    pthread_mutex_t lock;
    pthread_cond_t wake; /* stopping was set, the phase changed, or the threads have ended */
    /* protected by lock */
    int64_t stop_asked_us; /* 0: not yet */
    bool ended;            /* the source thread, and with it the script thread */
    enum mr_stream_phase phase;
    struct mr_error error;
    struct mr_source_info info;
    int width, height;
    uint64_t next_seq;
    int64_t media_us, media_at_us; /* the newest picture's time, and when that was (monotonic; 0:
                                      there was none) */
    uint64_t reconnects;
    int64_t lost_us, lost_since_us; /* before this loss; when this one began, 0: there is none */
};

#endif

/* What the files of one stream share: stream.c (life and state), ingest.c (the source thread) and
 * work.c (the script thread). Nobody else includes this. */
#ifndef MR_STREAM_INTERNAL_H
#define MR_STREAM_INTERNAL_H

#include "stream/mailbox.h"
#include "stream/stream.h"

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
    struct mr_source *source;
    struct mr_encoder_lane *lane; /* used by the script thread */

    struct mr_mailbox mailbox;
    struct mr_stats_recorder stats;
    atomic_bool stopping; /* also what interrupts a blocking read */
    atomic_ullong damaged;

    pthread_mutex_t lock;
    pthread_cond_t wake; /* stopping was set, the phase changed, or the threads have ended */
    /* protected by lock */
    bool ended; /* the source thread, and with it the script thread */
    enum mr_stream_phase phase;
    struct mr_error error;
    struct mr_source_info info;
    int width, height;
};

void *mr_stream_ingest(void *stream); /* the source thread: runs the stream from open to end */
void *mr_stream_work(void *stream);   /* the script thread */
mr_encoder_done mr_stream_deliver;    /* what becomes of an encoded frame */

/* Set the phase and say so. */
void mr_stream_set_phase(struct mr_stream *stream, enum mr_stream_phase phase);
bool mr_stream_is_idle(struct mr_stream *stream);

#endif

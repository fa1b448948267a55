/* The state that the files of one stream share: stream.c (life and state), phase.c (what its threads tell each
 * other), ingest.c (the source thread, with what is in ingest.h), work.c and notice.c (the script
 * thread). Nobody else includes this. */
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
    struct mr_encoder_lane *lane; /* used by the script thread */

    /* the script thread's */
    int64_t noticed_us; /* when the last notice was made, monotonic */

    struct mr_mailbox mailbox;
    struct mr_stats_recorder stats;
    atomic_bool stopping; /* also what interrupts a blocking read */
    atomic_ullong damaged;

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

void *mr_stream_ingest(void *stream); /* the source thread: runs the stream from open to end */
void *mr_stream_work(void *stream);   /* the script thread */
mr_encoder_done mr_stream_deliver;    /* what becomes of an encoded frame */

/* ---- phase.c ---- */

/* Set the phase and say so. */
void mr_stream_set_phase(struct mr_stream *stream, enum mr_stream_phase phase);
void mr_stream_set_error(struct mr_stream *stream, const struct mr_error *error);
bool mr_stream_is_idle(struct mr_stream *stream);

/* Whether its frames are for somebody: a viewer, or somebody who wants them all. */
bool mr_stream_is_wanted(struct mr_stream *stream);

/* Its source is lost, or back: for the counters. The phase is set by itself. */
void mr_stream_note_lost(struct mr_stream *stream, int64_t now_us);
void mr_stream_note_back(struct mr_stream *stream, int64_t now_us); /* the error is over, too */
int64_t mr_stream_lost_us(const struct mr_stream *stream);          /* with the lock held */

/* The number of the next frame, whose media time is pts_us; how many there were. */
uint64_t mr_stream_number(struct mr_stream *stream, int64_t pts_us);
uint64_t mr_stream_numbered(struct mr_stream *stream);

/* The media time of a frame that would come now; 0 before the first one. */
int64_t mr_stream_media_now_us(struct mr_stream *stream);

/* The text of a notice about a lost source, with the next frame's number, size and time.
 * return: false when it is not lost (any more) */
bool mr_stream_number_notice(struct mr_stream *stream, struct mr_notice *notice);

/* ---- notice.c ---- */

/* When the next notice is due; -1: there is nothing to say, or nobody to say it to. */
int64_t mr_stream_notice_due_us(struct mr_stream *stream);

/* Send it, if it is. After all pictures that were put into the mailbox before. */
void mr_stream_give_notice(struct mr_stream *stream);

#endif

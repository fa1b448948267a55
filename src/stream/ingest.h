/* The state that the files of a stream's source thread share: ingest.c (its life), feed.c (from the source to
 * the mailbox), rest.c (while nobody watches), reconnect.c (a source that is lost). Nobody else
 * includes this. */
#ifndef MR_STREAM_INGEST_H
#define MR_STREAM_INGEST_H

#include "media/convert/converter.h"
#include "stream/backoff.h"
#include "stream/internal.h"
#include "stream/pacer.h"

struct mr_ingest {
    struct mr_stream *stream;
    struct mr_source *source;   /* NULL while it is lost, or closed while nobody watches */
    struct mr_source_info info; /* of the source, or of the one before */
    struct mr_converter *converter;
    struct mr_pacer pacer;
    bool paced;
    bool opened;           /* at least once */
    bool begins;           /* no frame came since it was opened */
    int64_t offset_us;     /* from the source's media time to the stream's */
    uint64_t damaged;      /* in the sources before this one */
    bool lost;             /* … and not back yet: what is open again has to prove itself */
    int64_t lost_since_us; /* monotonic */
    int64_t back_since_us; /* when it was found well after the last loss; monotonic */
    unsigned attempts;     /* to open it, since the loss */
    struct mr_backoff backoff;
    pthread_t script_thread;
    bool working; /* it was started */
    struct mr_error error;
};

/* feed.c */

/* Open the source, for the first time or again. return: 0; -ECANCELED; -errno with ingest->error */
int mr_ingest_open(struct mr_ingest *ingest);
void mr_ingest_close(struct mr_ingest *ingest);

/* One frame: read, convert, wait until it is due, pass on.
 * return: 0; 1 at the end; -ECANCELED when stopping; -errno with ingest->error */
int mr_ingest_step(struct mr_ingest *ingest);

/* rest.c: return at once when somebody watches, else when somebody does.
 * return: as mr_ingest_step */
int mr_ingest_rest(struct mr_ingest *ingest);

/* reconnect.c */

/* Whether what ended a source or its opening is the end of the stream, too.
 * in:     result: of mr_ingest_step or mr_ingest_open */
bool mr_ingest_is_final(const struct mr_ingest *ingest, int result);

/* The source is lost because of `result`: try to open it until that succeeds.
 * return: 0; -ECANCELED when stopping */
int mr_ingest_recover(struct mr_ingest *ingest, int result);

/* Something came from the source: if it was lost, it is back. */
void mr_ingest_note_life(struct mr_ingest *ingest);

/* ingest.c: wait until then (monotonic). return: false when the stream is being stopped */
bool mr_ingest_sleep_until(struct mr_stream *stream, int64_t due_us);

static inline bool mr_ingest_is_stopping(const struct mr_ingest *ingest)
{
    return atomic_load_explicit(&ingest->stream->stopping, memory_order_relaxed);
}

#endif

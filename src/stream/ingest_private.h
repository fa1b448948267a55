/* The state that the files of a stream's source thread share. From below: signs.c, waiting and signs of life; inlet.c, the
 * source; rest.c, while nobody watches; feed.c, frame by frame into the mailbox; reconnect.c, a source that is lost;
 * ingest.c, the thread's life. Nobody else includes this. */
#ifndef MR_STREAM_INGEST_PRIVATE_H
#define MR_STREAM_INGEST_PRIVATE_H

#include "media/convert/converter.h"
#include "stream/backoff.h"
#include "stream/pacer.h"
#include "stream/stream_private.h"

struct mr_ingest {
    struct mr_stream *stream;
    struct mr_source *source;   /* NULL while it is lost, or closed while nobody watches */
    struct mr_source_info info; /* of the source, or of the one before */
    struct mr_converter *converter;
    struct mr_pacer pacer;
    bool paced;
    int64_t still_due_us;  /* of a still picture: when it is shown again; monotonic */
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

static inline bool mr_ingest_is_stopping(const struct mr_ingest *ingest)
{
    return atomic_load_explicit(&ingest->stream->stopping, memory_order_relaxed);
}

#endif

/* A source that comes and goes, and is gone: it is opened again, patiently. Its viewers stay, and see a notice meanwhile
 * (loss_notice.h). The source thread only. */
#ifndef MR_STREAM_RECONNECT_H
#define MR_STREAM_RECONNECT_H

#include <stdbool.h>

struct mr_ingest;

/* in:     result: of mr_feed_step or mr_inlet_open
 * return: whether what ended a source or its opening is the end of the stream, too */
bool mr_reconnect_is_final(const struct mr_ingest *ingest, int result);

/* The source is lost because of `result`: try to open it until that succeeds.
 * return: 0; -ECANCELED when stopping */
int mr_reconnect_recover(struct mr_ingest *ingest, int result);

#endif

/* From the source to the mailbox: read → convert → wait until due → mailbox. The source thread only. */
#ifndef MR_STREAM_FEED_H
#define MR_STREAM_FEED_H

struct mr_ingest;

/* Feed one frame.
 * return: 0; 1 at the end; -ECANCELED when stopping; -errno with ingest->error */
int mr_feed_step(struct mr_ingest *ingest);

#endif

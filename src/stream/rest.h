/* While nobody watches a stream, nothing is decoded. A file stays where it is; what a live input sends is thrown away, or the
 * input is closed (options.idle_disconnect_s) until somebody comes. The source thread only. */
#ifndef MR_STREAM_REST_H
#define MR_STREAM_REST_H

struct mr_ingest;

/* Return at once when somebody watches, else when somebody does.
 * return: as mr_feed_step */
int mr_rest_while_unwatched(struct mr_ingest *ingest);

#endif

/* The source of a stream as its thread has it: opened, for the first time or again, and closed. The source thread only. */
#ifndef MR_STREAM_INLET_H
#define MR_STREAM_INLET_H

struct mr_ingest;

/* Open the source, for the first time or again.
 * return: 0; -ECANCELED; -errno with ingest->error */
int mr_inlet_open(struct mr_ingest *ingest);

/* Take over what is known about the source; again when that has changed: a pipe proves to be a file. */
void mr_inlet_note(struct mr_ingest *ingest);

void mr_inlet_close(struct mr_ingest *ingest); /* if it is open */

#endif

/* The thread of a recorder, which alone waits for the disk. */
#ifndef MR_STREAM_RECORD_WRITER_H
#define MR_STREAM_RECORD_WRITER_H

struct mr_recorder;

/* The thread, which has a reference: write what comes until it is to stop.
 * return: NULL */
void *mr_record_writer_run(void *recorder);

/* Let go of a reference; the last one frees the recorder. thread: any */
void mr_record_writer_unref(struct mr_recorder *recorder);

#endif
